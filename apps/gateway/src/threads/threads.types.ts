import type { Thread, ThreadStatus } from '@threadkeep/core'
import type { JsonObject, Millis } from '@threadkeep/core/store'
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql'
import { connectionType } from '../schema/connection.ts'
import { enumOf } from '../schema/enum-of.ts'
import { NodeType } from '../schema/node.ts'
import { DateTime, JSONObject } from '../schema/scalars.ts'

/** Whether a thread takes messages. */
export const ThreadStateEnum = enumOf<ThreadStatus['type']>('active', 'locked', 'closed')
registerEnumType(ThreadStateEnum, {
  name: 'ThreadState',
  description: 'Whether a thread takes messages.',
  valuesConfig: {
    ACTIVE: { description: 'Takes messages.' },
    LOCKED: { description: 'Takes no messages.' },
    CLOSED: { description: 'Takes no messages, and is over.' },
  },
})

/** The state of a thread and why. */
@ObjectType('ThreadStatus', { simpleResolvers: true, description: 'The state of a thread, and why.' })
export class ThreadStatusType {
  @Field(() => ThreadStateEnum, { description: 'Whether the thread takes messages.' })
  type!: ThreadStatus['type']

  @Field(() => String, { nullable: true, description: 'Why, as the owner said.' })
  reason?: string
}

/** What leaves a thread by itself. */
@ObjectType('Retention', { description: 'What leaves a thread by itself.' })
export class RetentionType {
  @Field(() => Float, { nullable: true, simple: true, description: 'Messages older than so many seconds leave.' })
  maxAgeSeconds?: number

  @Field(() => Int, { nullable: true, simple: true, description: 'Only the newest so many messages stay.' })
  maxMessages?: number
}

/** A conversation. */
@ObjectType('Thread', { simpleResolvers: true, implements: NodeType, description: 'A conversation.' })
export class ThreadType extends NodeType {
  @Field(() => ID, { description: 'Unique among threads.' })
  id!: string

  @Field(() => String, { description: 'What the members call it.' })
  title!: string

  @Field(() => ThreadStatusType, { description: 'Whether it takes messages.' })
  status!: ThreadStatus

  @Field(() => ID, { description: 'The user who owns it.' })
  ownerId!: string

  @Field(() => JSONObject, { description: 'Whatever the application keeps with the thread.' })
  metadata!: JsonObject

  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt!: Millis

  @Field(() => DateTime, { description: 'When its title, status, metadata or retention last changed.' })
  updatedAt!: Millis

  @Field(() => DateTime, { description: 'When something was last said.' })
  lastActivityAt!: Millis

  @Field(() => Int, { description: 'The number of the newest message ever written; 0 before the first.' })
  seq!: number

  @Field(() => Int, { description: 'How many events it has seen: the number of the latest one.' })
  eventSeq!: number

  @Field(() => Int, { description: 'Messages that can be read now: neither deleted nor expired.' })
  messageCount!: number

  @Field(() => Int, { description: 'How many people are in it.' })
  memberCount!: number

  @Field(() => Boolean, { description: 'Whether it is the one direct thread of two people.' })
  direct!: boolean

  @Field(() => ID, { nullable: true, description: 'The thread this one was forked from.' })
  forkedFromThreadId?: string

  @Field(() => ID, { nullable: true, description: 'The last message that was copied when it was forked.' })
  forkedFromMessageId?: string

  @Field(() => DateTime, { nullable: true, description: 'Since when it is deleted; it can still be restored.' })
  deletedAt?: Millis

  @Field(() => String, { description: 'Changes with every write: pass it to `updateThread` to refuse a lost update.' })
  version!: string
}

/** A page of threads. */
export const ThreadConnection = connectionType<Thread>('Thread', () => ThreadType)
