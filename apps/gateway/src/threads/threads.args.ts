import type { MemberRole, ThreadFilter, ThreadStatus } from '@threadkeep/core'
import type { JsonObject } from '@threadkeep/core/store'
import { ArgsType, Field, Float, ID, InputType, Int, registerEnumType } from 'type-graphql'
import { MemberRoleEnum } from '../members/member-role.ts'
import { enumOf } from '../schema/enum-of.ts'
import { PageArgs } from '../schema/page-args.ts'
import { JSONObject } from '../schema/scalars.ts'
import { ThreadStateEnum } from './threads.types.ts'

/** What a list of threads is sorted by. */
export const ThreadSortEnum = enumOf<'activity' | 'created' | 'messages'>('activity', 'created', 'messages')
registerEnumType(ThreadSortEnum, {
  name: 'ThreadSort',
  description: 'What a list of threads is sorted by.',
  valuesConfig: {
    ACTIVITY: { description: 'When something was last said.' },
    CREATED: { description: 'When the thread was made.' },
    MESSAGES: { description: 'How many messages it has.' },
  },
})

/** Which way a list runs. */
export const DirectionEnum = enumOf<'desc' | 'asc'>('desc', 'asc')
registerEnumType(DirectionEnum, {
  name: 'Direction',
  description: 'Which way a list runs.',
  valuesConfig: { DESC: { description: 'Newest or greatest first.' }, ASC: { description: 'Oldest or least first.' } },
})

/** Which threads; all named filters must hold. */
@InputType('ThreadFilter', { description: 'Which threads. All named filters must hold.' })
export class ThreadFilterInput {
  @Field(() => [ThreadStateEnum], { nullable: true, description: 'In one of these states.' })
  status?: ThreadStatus['type'][]

  @Field(() => JSONObject, { nullable: true, description: 'Every named top-level value equals.' })
  metadata?: JsonObject

  @Field(() => Boolean, { nullable: true, description: 'False (default): not put away; true: put away.' })
  archived?: boolean

  @Field(() => Boolean, { nullable: true, description: 'Both those put away and those not.' })
  anyArchived?: boolean

  @Field(() => String, { nullable: true, description: 'Somewhere in the title; case and accents do not matter.' })
  title?: string

  @Field(() => Boolean, { nullable: true, description: 'Direct threads only, or none of them.' })
  direct?: boolean
}

/** The arguments of `threads`. */
@ArgsType()
export class ThreadsArgs extends PageArgs {
  @Field(() => ID, {
    nullable: true,
    description: 'In place of `after`, with the sort `CREATED`: start right after this thread, deleted or not.',
  })
  afterId?: string

  @Field(() => ThreadSortEnum, { nullable: true, description: 'Default: `ACTIVITY`.' })
  sort?: 'activity' | 'created' | 'messages'

  @Field(() => DirectionEnum, { nullable: true, description: 'Default: `DESC`.' })
  direction?: 'desc' | 'asc'

  @Field(() => ThreadFilterInput, { nullable: true, description: 'Which threads. Default: those not put away.' })
  filter?: ThreadFilterInput
}

/** The filter as the domain takes it. */
export function threadFilter({ anyArchived, ...rest }: ThreadFilterInput): ThreadFilter {
  return anyArchived ? { ...rest, archived: 'any' } : rest
}

/** A person to be in a new thread. */
@InputType({ description: 'A person to be in the thread.' })
export class MemberInput {
  @Field(() => ID, { description: 'The person.' })
  userId!: string

  @Field(() => MemberRoleEnum, { nullable: true, description: 'Default: `MEMBER`.' })
  role?: MemberRole
}

/** What leaves a thread by itself. */
@InputType({ description: 'What leaves a thread by itself.' })
export class RetentionInput {
  @Field(() => Float, { nullable: true, description: 'Messages older than so many seconds leave.' })
  maxAgeSeconds?: number

  @Field(() => Int, { nullable: true, description: 'Only the newest so many messages stay.' })
  maxMessages?: number
}

/** The input of `createThread`. */
@InputType({ description: 'A new thread of yours.' })
export class CreateThreadInput {
  @Field(() => ID, { nullable: true, description: 'An id of your own. Default: a new one is made.' })
  id?: string

  @Field(() => Boolean, {
    nullable: true,
    description: 'When `id` is taken by a thread of yours, answer that thread instead of `THREAD_EXISTS`.',
  })
  returnExisting?: boolean

  @Field(() => String, { nullable: true, description: 'What the members call it.' })
  title?: string

  @Field(() => JSONObject, { nullable: true, description: 'Whatever the application keeps with the thread.' })
  metadata?: JsonObject

  @Field(() => [MemberInput], { nullable: true, description: 'Who is in it beside you, its owner.' })
  members?: MemberInput[]

  @Field(() => RetentionInput, { nullable: true, description: 'What leaves it by itself. Default: nothing.' })
  retention?: RetentionInput
}

/** The input of `updateThread`. */
@InputType({ description: 'What to change about a thread; what is left out stays.' })
export class UpdateThreadInput {
  @Field(() => ID, { description: 'The thread.' })
  threadId!: string

  @Field(() => String, { nullable: true, description: 'What the members call it.' })
  title?: string

  @Field(() => JSONObject, {
    nullable: true,
    description: 'Merged into the metadata (RFC 7396): null removes a name; null instead of an object removes all.',
  })
  metadata?: JsonObject | null

  @Field(() => Boolean, {
    nullable: true,
    description: 'The metadata given takes the place of all there was, instead of being merged. Default: false.',
  })
  replace?: boolean

  @Field(() => RetentionInput, { nullable: true, description: 'What leaves it by itself; null: nothing.' })
  retention?: RetentionInput | null

  @Field(() => String, {
    nullable: true,
    description: 'Refuse with `CONFLICT` when the thread is not at this version.',
  })
  version?: string
}

/** The input of `setThreadStatus`. */
@InputType({ description: 'The state a thread shall have.' })
export class SetThreadStatusInput {
  @Field(() => ID, { description: 'The thread.' })
  threadId!: string

  @Field(() => ThreadStateEnum, { description: 'The state.' })
  status!: ThreadStatus['type']

  @Field(() => String, { nullable: true, description: 'Why it is locked or closed.' })
  reason?: string
}

/** The input of `startDirectThread`. */
@InputType({ description: 'With whom to talk.' })
export class StartDirectThreadInput {
  @Field(() => ID, { description: 'The other person.' })
  userId!: string
}

/** The input of `forkThread`. */
@InputType({ description: 'What to copy into a new thread of yours.' })
export class ForkThreadInput {
  @Field(() => ID, { description: 'The thread to copy from.' })
  threadId!: string

  @Field(() => ID, { description: 'The last message to copy.' })
  messageId!: string

  @Field(() => CreateThreadInput, { nullable: true, description: 'What the new thread shall be.' })
  thread?: CreateThreadInput
}

/** The input of `truncateThread`. */
@InputType({ description: 'After which message a thread shall end.' })
export class TruncateThreadInput {
  @Field(() => ID, { description: 'The thread.' })
  threadId!: string

  @Field(() => ID, { description: 'The last message that stays.' })
  messageId!: string

  @Field(() => Boolean, { nullable: true, description: 'Remove this message too. Default: false.' })
  inclusive?: boolean
}

/** The input of `deleteThread`. */
@InputType({ description: 'Which thread to delete.' })
export class DeleteThreadInput {
  @Field(() => ID, { description: 'The thread.' })
  threadId!: string

  @Field(() => Boolean, {
    nullable: true,
    description: 'Without the days in which it can be restored. Default: false.',
  })
  immediate?: boolean
}

/** The input of `restoreThread`. */
@InputType({ description: 'Which deleted thread shall be back.' })
export class RestoreThreadInput {
  @Field(() => ID, { description: 'The thread.' })
  threadId!: string
}

/** The input of `setLegalHold`. */
@InputType({ description: 'Whether a thread must keep everything.' })
export class SetLegalHoldInput {
  @Field(() => ID, { description: 'The thread.' })
  threadId!: string

  @Field(() => Boolean, { description: 'Whether it must.' })
  held!: boolean
}
