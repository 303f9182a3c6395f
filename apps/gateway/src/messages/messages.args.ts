import type { ContentPart, MessageFilter, Role } from '@threadkeep/core'
import type { JsonObject, Millis } from '@threadkeep/core/store'
import { ArgsType, Field, Float, ID, InputType, Int, registerEnumType } from 'type-graphql'
import { enumOf } from '../schema/enum-of.ts'
import { PageArgs } from '../schema/page-args.ts'
import { DateTime, JSONObject } from '../schema/scalars.ts'
import { RoleEnum } from './messages.types.ts'

/** Which messages; all named filters must hold. */
@InputType('MessageFilter', { description: 'Which messages. All named filters must hold.' })
export class MessageFilterInput implements MessageFilter {
  @Field(() => [RoleEnum], { nullable: true, description: 'By one of these.' })
  roles?: Role[]

  @Field(() => [ID], { nullable: true, description: 'By one of these users.' })
  authorIds?: string[]

  @Field(() => [String], {
    nullable: true,
    description: 'Of one of these kinds, known or not: `message`, `tool_call` …',
  })
  kinds?: string[]

  @Field(() => DateTime, { nullable: true, description: 'Kept at this moment or later.' })
  from?: Millis

  @Field(() => DateTime, { nullable: true, description: 'Kept before this moment.' })
  to?: Millis

  @Field(() => JSONObject, { nullable: true, description: 'Every named top-level value equals.' })
  metadata?: JsonObject

  @Field(() => Boolean, { nullable: true, description: 'With attachments, or without.' })
  hasAttachment?: boolean

  @Field(() => Boolean, {
    nullable: true,
    description: 'Also those that were deleted, without content. Default: false.',
  })
  includeDeleted?: boolean
}

/** The arguments of `Thread.messages`. */
@ArgsType()
export class MessagesArgs extends PageArgs {
  @Field(() => ID, { nullable: true, description: '`first` messages, half of them before this one.' })
  around?: string

  @Field(() => ID, {
    nullable: true,
    description: 'In place of `after`: start right after this message, deleted or not.',
  })
  afterId?: string

  @Field(() => ID, {
    nullable: true,
    description: 'In place of `before`: end right before this message, deleted or not.',
  })
  beforeId?: string

  @Field(() => DateTime, { nullable: true, description: 'Start with the first message kept at this moment or later.' })
  at?: Millis

  @Field(() => MessageFilterInput, { nullable: true, description: 'Which messages. Default: all that can be read.' })
  filter?: MessageFilterInput
}

/** The arguments of `Message.editHistory`. */
@ArgsType()
export class EditHistoryArgs {
  @Field(() => Int, { nullable: true, description: 'The newest so many; 1 to 100, 10 by default.' })
  last?: number

  @Field(() => Int, {
    nullable: true,
    description: 'Only those before this one, counted from 1; `edits` is how many there are.',
  })
  before?: number
}

/** What to say. */
@InputType({ description: 'What to say.' })
export class MessageInput {
  @Field(() => String, { nullable: true, description: 'The text: 1 to 10,000 characters, not blank.' })
  content?: string

  @Field(() => [JSONObject], {
    nullable: true,
    description: 'Instead of `content`: parts in order, each with a `type`; `{type: "text", text: "…"}` is text.',
  })
  parts?: ContentPart[]

  @Field(() => ID, {
    nullable: true,
    description:
      'Makes sending repeatable: within 24 hours the same id answers the first result. Use a new UUID per message.',
  })
  clientId?: string

  @Field(() => ID, { nullable: true, description: 'An id of your own. Default: a new one is made.' })
  id?: string

  @Field(() => String, {
    nullable: true,
    description:
      'Default: `message`. Kinds that are known, such as `tool_call`, say what their `data` must hold; any other kind is kept as it is.',
  })
  kind?: string

  @Field(() => RoleEnum, { nullable: true, description: 'Default: `USER`. Others need the rights of an editor.' })
  role?: Role

  @Field(() => ID, { nullable: true, description: 'Default: you. Another author needs the rights of an editor.' })
  authorId?: string

  @Field(() => JSONObject, { nullable: true, description: 'What an item that is more than text carries.' })
  data?: JsonObject

  @Field(() => JSONObject, { nullable: true, description: 'Whatever the application keeps with the message.' })
  metadata?: JsonObject

  @Field(() => ID, { nullable: true, description: 'The message it answers.' })
  replyTo?: string

  @Field(() => [ID], { nullable: true, description: 'Your own finished uploads.' })
  attachmentIds?: string[]

  @Field(() => Float, { nullable: true, description: 'Seconds until the message is gone.' })
  ttl?: number
}

/** The input of `sendMessage`. */
@InputType({ description: 'What to say, and where.' })
export class SendMessageInput extends MessageInput {
  @Field(() => ID, { description: 'The thread.' })
  threadId!: string
}

/** The input of `sendMessages`. */
@InputType({ description: 'What to say in one thread, all of it or nothing.' })
export class SendMessagesInput {
  @Field(() => ID, { description: 'The thread.' })
  threadId!: string

  @Field(() => [MessageInput], { description: 'In this order; at most 100.' })
  messages!: MessageInput[]
}

/** The input of `editMessage`. */
@InputType({ description: 'What to change about a message; what is left out stays.' })
export class EditMessageInput {
  @Field(() => ID, { description: 'The thread.' })
  threadId!: string

  @Field(() => ID, { description: 'The message.' })
  messageId!: string

  @Field(() => String, { nullable: true, description: 'What kind of item it is from now on.' })
  kind?: string

  @Field(() => String, { nullable: true, description: 'The new text.' })
  content?: string

  @Field(() => [JSONObject], { nullable: true, description: 'Instead of `content`: the new parts.' })
  parts?: ContentPart[]

  @Field(() => JSONObject, { nullable: true, description: 'The new data of an item that is more than text.' })
  data?: JsonObject

  @Field(() => JSONObject, {
    nullable: true,
    description: 'Merged into the metadata (RFC 7396): null removes a name; null instead of an object removes all.',
  })
  metadata?: JsonObject | null

  @Field(() => String, {
    nullable: true,
    description: 'Refuse with `CONFLICT` when the message is not at this version.',
  })
  version?: string
}

/** How a message is deleted. */
export const DeleteMessageModeEnum = enumOf<'soft' | 'hard'>('soft', 'hard')
registerEnumType(DeleteMessageModeEnum, {
  name: 'DeleteMessageMode',
  description: 'How a message is deleted.',
  valuesConfig: {
    SOFT: { description: 'Its content is hidden; it can be restored.' },
    HARD: { description: 'It is gone for good.' },
  },
})

/** The input of `deleteMessage`. */
@InputType({ description: 'Which message to delete.' })
export class DeleteMessageInput {
  @Field(() => ID, { description: 'The thread.' })
  threadId!: string

  @Field(() => ID, { description: 'The message.' })
  messageId!: string

  @Field(() => DeleteMessageModeEnum, { nullable: true, description: 'Default: `SOFT`.' })
  mode?: 'soft' | 'hard'
}

/** The input of `restoreMessage`. */
@InputType({ description: 'Which deleted message shall be back.' })
export class RestoreMessageInput {
  @Field(() => ID, { description: 'The thread.' })
  threadId!: string

  @Field(() => ID, { description: 'The message.' })
  messageId!: string
}

/** The arguments of `history`. */
@ArgsType()
export class HistoryArgs {
  @Field(() => ID, { nullable: true, description: 'Only the direct thread with this person.' })
  withUser?: string

  @Field(() => ID, { nullable: true, description: 'Only what this person wrote.' })
  senderId?: string

  @Field(() => DateTime, { nullable: true, description: 'Only what was kept at this moment or later.' })
  since?: Millis

  @Field(() => Int, { nullable: true, description: 'So many at most; 50 by default.' })
  limit?: number
}
