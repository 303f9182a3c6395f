import type { LiveItem, MemberRole, Message } from '@threadkeep/core'
import type { Millis } from '@threadkeep/core/store'
import { Field, ID, Int, InterfaceType, ObjectType, registerEnumType } from 'type-graphql'
import { MemberRoleEnum } from '../members/member-role.ts'
import { MessageType } from '../messages/messages.types.ts'
import { enumOf } from '../schema/enum-of.ts'
import { Cursor, DateTime } from '../schema/scalars.ts'

/** What a subscriber receives, as the schema shows it. */
export interface LiveView {
  readonly __typename: string
  readonly cursor: string
  readonly threadId?: string
  readonly [field: string]: unknown
}

/** Anything that a subscription tells. */
@InterfaceType('LiveEvent', {
  description: 'Anything that a subscription tells.',
})
export abstract class LiveEventType {
  @Field(() => Cursor, { description: 'Right after this event: subscribe again with `after` to go on from here.' })
  cursor!: string

  @Field(() => ID, { nullable: true, description: 'The thread it is about; null when it is about all of them.' })
  threadId?: string
}

/** A fact that was kept: numbered within its thread, delivered once and in order. */
@InterfaceType('StoredEvent', {
  implements: LiveEventType,
  description: 'A fact that was kept: delivered once, in the order of its thread, also to those who come back later.',
})
export abstract class StoredEventType extends LiveEventType {
  @Field(() => Int, { description: 'Its number in the thread: 1, 2, 3 … without gaps.' })
  eventSeq!: number

  @Field(() => DateTime, { description: 'When it happened.' })
  at!: Millis

  @Field(() => ID, { description: 'Who did it.' })
  actorId!: string
}

type MessageChange = 'created' | 'edited' | 'deleted' | 'restored' | 'removed' | 'expired' | 'feedback'

/** What can happen to a message. */
export const MessageChangeEnum = enumOf<MessageChange>(
  ...(['created', 'edited', 'deleted', 'restored', 'removed', 'expired', 'feedback'] as const),
)
registerEnumType(MessageChangeEnum, {
  name: 'MessageChange',
  description: 'What can happen to a message.',
  valuesConfig: {
    CREATED: { description: 'It was said.' },
    EDITED: { description: 'Its content or metadata changed.' },
    DELETED: { description: 'It was deleted and can be restored.' },
    RESTORED: { description: 'It is back.' },
    REMOVED: { description: 'It is gone for good.' },
    EXPIRED: { description: 'Its time was over.' },
    FEEDBACK: { description: 'Somebody gave or withdrew an opinion on it.' },
  },
})

/** Something happened to a message. */
@ObjectType('MessageEvent', {
  simpleResolvers: true,
  implements: StoredEventType,
  description: 'Something happened to a message.',
})
export class MessageEventType extends StoredEventType {
  @Field(() => MessageChangeEnum, { description: 'What happened.' })
  change!: MessageChange

  @Field(() => ID, { description: 'The message.' })
  messageId!: string

  @Field(() => Int, { nullable: true, description: 'Its place in the thread.' })
  seq?: number

  @Field(() => MessageType, {
    nullable: true,
    description: 'The message as it is now; null when it is gone by the time it is told of.',
  })
  message?: Message
}

type ThreadChange = 'created' | 'updated' | 'deleted' | 'restored' | 'purged'

/** What can happen to a thread. */
export const ThreadChangeEnum = enumOf<ThreadChange>(
  ...(['created', 'updated', 'deleted', 'restored', 'purged'] as const),
)
registerEnumType(ThreadChangeEnum, {
  name: 'ThreadChange',
  description: 'What can happen to a thread.',
  valuesConfig: {
    CREATED: { description: 'It was made.' },
    UPDATED: { description: 'Its title, status, metadata or retention changed.' },
    DELETED: { description: 'It was deleted and can be restored.' },
    RESTORED: { description: 'It is back.' },
    PURGED: { description: 'It is gone for good.' },
  },
})

/** Something happened to a thread. */
@ObjectType('ThreadEvent', {
  simpleResolvers: true,
  implements: StoredEventType,
  description: 'Something happened to a thread.',
})
export class ThreadEventType extends StoredEventType {
  @Field(() => ThreadChangeEnum, { description: 'What happened.' })
  change!: ThreadChange
}

type MemberChange = 'added' | 'updated' | 'removed'

/** What can happen to a membership. */
export const MemberChangeEnum = enumOf<MemberChange>(...(['added', 'updated', 'removed'] as const))
registerEnumType(MemberChangeEnum, {
  name: 'MemberChange',
  description: 'What can happen to a membership.',
  valuesConfig: {
    ADDED: { description: 'Somebody came.' },
    UPDATED: { description: "Somebody's role changed." },
    REMOVED: { description: 'Somebody left or was taken out.' },
  },
})

/** Somebody came, left, or may do other things. */
@ObjectType('MemberEvent', {
  simpleResolvers: true,
  implements: StoredEventType,
  description: 'Somebody came, left, or may do other things.',
})
export class MemberEventType extends StoredEventType {
  @Field(() => MemberChangeEnum, { description: 'What happened.' })
  change!: MemberChange

  @Field(() => ID, { description: 'The person.' })
  userId!: string

  @Field(() => MemberRoleEnum, { nullable: true, description: 'The role after the change.' })
  role?: MemberRole
}

type AttachmentChange = 'ready' | 'removed'

/** What can happen to an attachment. */
export const AttachmentChangeEnum = enumOf<AttachmentChange>('ready', 'removed')
registerEnumType(AttachmentChangeEnum, {
  name: 'AttachmentChange',
  description: 'What can happen to an attachment.',
  valuesConfig: { READY: { description: 'Its bytes are in.' }, REMOVED: { description: 'It is gone.' } },
})

/** Something happened to an attachment. */
@ObjectType('AttachmentEvent', {
  simpleResolvers: true,
  implements: StoredEventType,
  description: 'Something happened to an attachment.',
})
export class AttachmentEventType extends StoredEventType {
  @Field(() => AttachmentChangeEnum, { description: 'What happened.' })
  change!: AttachmentChange

  @Field(() => ID, { description: 'The attachment.' })
  attachmentId!: string

  @Field(() => ID, { nullable: true, description: 'The message that carried it.' })
  messageId?: string

  @Field(() => Int, { nullable: true, description: 'The place of that message.' })
  seq?: number
}

/** The subscription stands. */
@ObjectType('StartEvent', {
  simpleResolvers: true,
  implements: LiveEventType,
  description:
    'The subscription stands: what happens from here on follows. The first event of a subscription without `after`.',
})
export class StartEventType extends LiveEventType {}

/** Events are missing. */
@ObjectType('GapEvent', {
  simpleResolvers: true,
  implements: LiveEventType,
  description:
    'What happened between your cursor and this one is no longer kept: read the thread anew, then go on from here.',
})
export class GapEventType extends LiveEventType {}

/** Somebody has read on. */
@ObjectType('ReceiptEvent', {
  simpleResolvers: true,
  implements: LiveEventType,
  description: 'Somebody has read on. A hint: it may be missed, and the receipts of the thread say what holds.',
})
export class ReceiptEventType extends LiveEventType {
  @Field(() => ID, { description: 'The person.' })
  userId!: string

  @Field(() => Int, { description: 'The newest message this person has read.' })
  readSeq!: number

  @Field(() => Int, { description: 'The newest message that has reached this person.' })
  deliveredSeq!: number
}

/** Somebody types. */
@ObjectType('TypingEvent', {
  simpleResolvers: true,
  implements: LiveEventType,
  description: 'Somebody types, or has stopped. A hint: it is not kept.',
})
export class TypingEventType extends LiveEventType {
  @Field(() => ID, { description: 'The person.' })
  userId!: string

  @Field(() => Boolean, { description: 'Whether the person types now.' })
  typing!: boolean

  @Field(() => DateTime, { description: 'Since when.' })
  at!: Millis
}

/** Everything that implements `LiveEvent`. */
export const liveEventTypes = [
  ...[MessageEventType, ThreadEventType, MemberEventType, AttachmentEventType],
  ...[StartEventType, GapEventType, ReceiptEventType, TypingEventType],
] as const

const typeNames: Readonly<Record<string, string>> = {
  message: 'MessageEvent',
  thread: 'ThreadEvent',
  member: 'MemberEvent',
  attachment: 'AttachmentEvent',
}

/** An item as the schema shows it. */
export function liveView(item: LiveItem): LiveView {
  if (item.type === 'start') return { __typename: 'StartEvent', ...item }
  if (item.type === 'gap') return { __typename: 'GapEvent', ...item }
  if (item.type === 'receipt') return { __typename: 'ReceiptEvent', ...item }
  if (item.type === 'typing') return { __typename: 'TypingEvent', ...item }
  const { event, message, cursor } = item
  const [what, change] = event.type.split('.') as [string, string]
  // Streams of threads hold no other kinds.
  return { ...event, __typename: typeNames[what]!, change, cursor, ...(message && { message }) }
}
