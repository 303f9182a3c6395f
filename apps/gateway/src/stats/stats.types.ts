import type { DayCount, Drift, SystemStats, ThreadStats, UserStats } from '@threadkeep/core'
import type { Millis } from '@threadkeep/core/store'
import { Field, Float, ID, Int, ObjectType } from 'type-graphql'
import { DateTime } from '../schema/scalars.ts'

/** Counts of one user. */
@ObjectType('UserStats', { simpleResolvers: true, description: 'Counts of one person.' })
export class UserStatsType implements UserStats {
  @Field(() => ID, { description: 'The person.' })
  userId!: string

  @Field(() => Int, { description: 'Threads that the person is in.' })
  totalThreads!: number

  @Field(() => Int, { description: 'Readable messages in those threads.' })
  totalMessages!: number

  @Field(() => Float, { description: 'Readable messages for each of those threads.' })
  averageMessagesPerThread!: number

  @Field(() => Int, { description: 'Readable messages that the person wrote, anywhere.' })
  authoredMessages!: number

  @Field(() => DateTime, { nullable: true, description: 'The first thing the person did.' })
  firstActivityAt?: Millis

  @Field(() => DateTime, { nullable: true, description: 'The last thing the person did.' })
  lastActivityAt?: Millis

  @Field(() => DateTime, { description: 'Everything up to this moment is counted.' })
  asOf!: Millis
}

/** Messages by who speaks. */
@ObjectType({ simpleResolvers: true, description: 'Messages by who speaks.' })
export class RoleCounts {
  @Field(() => Int, { description: 'By people.' })
  user!: number

  @Field(() => Int, { description: 'By programs that answer.' })
  assistant!: number

  @Field(() => Int, { description: 'By the application itself.' })
  system!: number

  @Field(() => Int, { description: 'Results of tools.' })
  tool!: number
}

/** Counts of one thread. */
@ObjectType('ThreadStats', { simpleResolvers: true, description: 'Counts of one thread.' })
export class ThreadStatsType implements ThreadStats {
  @Field(() => ID, { description: 'The thread.' })
  threadId!: string

  @Field(() => Int, { description: 'Readable messages.' })
  messageCount!: number

  @Field(() => RoleCounts, { description: 'Readable messages by who speaks.' })
  byRole!: RoleCounts

  @Field(() => DateTime, { nullable: true, description: 'When the first of them was kept.' })
  firstMessageAt?: Millis

  @Field(() => DateTime, { nullable: true, description: 'When the last of them was kept.' })
  lastMessageAt?: Millis

  @Field(() => Float, { description: 'Milliseconds from the first to the last.' })
  durationMs!: number

  @Field(() => Float, { description: 'Characters for each message.' })
  averageLength!: number

  @Field(() => Float, { description: 'Assistant messages for each user message; 0 without user messages.' })
  responseRatio!: number

  @Field(() => Float, {
    nullable: true,
    description: 'Milliseconds from a user message to the next answer: the median. Null before the first answer.',
  })
  responseTimeMedianMs?: number

  @Field(() => Float, { nullable: true, description: 'The same: what 95 of 100 answers stay below.' })
  responseTimeP95Ms?: number

  @Field(() => DateTime, { description: 'Everything up to this moment is counted.' })
  asOf!: Millis
}

/** Counts of everything. */
@ObjectType('SystemStats', { simpleResolvers: true, description: 'Counts of everything.' })
export class SystemStatsType implements SystemStats {
  @Field(() => Int, { description: 'People.' })
  totalUsers!: number

  @Field(() => Int, { description: 'Threads.' })
  totalThreads!: number

  @Field(() => Int, { description: 'Readable messages.' })
  totalMessages!: number

  @Field(() => Float, { description: 'Bytes of all messages and finished attachments.' })
  storageBytes!: number

  @Field(() => Float, { description: 'Messages for each person.' })
  averageMessagesPerUser!: number

  @Field(() => Float, { description: 'Messages for each thread.' })
  averageMessagesPerThread!: number

  @Field(() => DateTime, { description: 'Everything up to this moment is counted.' })
  asOf!: Millis
}

/** One day's messages. */
@ObjectType('DayCount', { simpleResolvers: true, description: 'Messages of one day.' })
export class DayCountType implements DayCount {
  @Field(() => String, { description: 'A day in UTC: `2026-01-31`.' })
  day!: string

  @Field(() => Int, { description: 'Messages kept on it.' })
  messages!: number
}

/** A count that was wrong. */
@ObjectType('Drift', { simpleResolvers: true, description: 'A count that a recount disagrees with.' })
export class DriftType implements Drift {
  @Field(() => String, { description: 'Which count.' })
  what!: string

  @Field(() => Float, { description: 'What the recount found.' })
  counted!: number

  @Field(() => Float, { description: 'What was stored.' })
  stored!: number
}
