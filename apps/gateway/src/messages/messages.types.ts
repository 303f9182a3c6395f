import type { Message, Role } from '@threadkeep/core'
import type { JsonObject, Millis } from '@threadkeep/core/store'
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql'
import { connectionType } from '../schema/connection.ts'
import { enumOf } from '../schema/enum-of.ts'
import { NodeType } from '../schema/node.ts'
import { DateTime, JSONObject } from '../schema/scalars.ts'

/** Who speaks. */
export const RoleEnum = enumOf<Role>('user', 'assistant', 'system', 'tool')
registerEnumType(RoleEnum, {
  name: 'Role',
  description: 'Who speaks.',
  valuesConfig: {
    USER: { description: 'A person.' },
    ASSISTANT: { description: 'A program that answers.' },
    SYSTEM: { description: 'The application itself.' },
    TOOL: { description: 'The result of a tool.' },
  },
})

/** One item of a thread. */
@ObjectType('Message', { simpleResolvers: true, implements: NodeType, description: 'One item of a thread.' })
export class MessageType extends NodeType {
  @Field(() => ID, { description: 'Unique within its thread.' })
  id!: string

  @Field(() => ID, { description: 'The thread it stands in.' })
  threadId!: string

  @Field(() => Int, { description: 'Its place in the thread: 1, 2, 3 … in the order in which messages were kept.' })
  seq!: number

  @Field(() => String, { description: '`message`, or another kind of item such as `tool_call`.' })
  kind!: string

  @Field(() => RoleEnum, { description: 'Who speaks.' })
  role!: Role

  @Field(() => ID, { description: 'The user who speaks.' })
  authorId!: string

  @Field(() => JSONObject, { nullable: true, description: 'What an item that is more than text carries.' })
  data?: JsonObject

  @Field(() => JSONObject, { description: 'Whatever the application keeps with the message.' })
  metadata!: JsonObject

  @Field(() => ID, { nullable: true, description: 'The message it answers.' })
  replyTo?: string

  @Field(() => [ID], { description: 'The attachments it carries.' })
  attachmentIds!: string[]

  @Field(() => ID, { nullable: true, description: 'The id its sender gave, so that sending can be repeated.' })
  clientId?: string

  @Field(() => DateTime, { description: 'When it was kept.' })
  createdAt!: Millis

  @Field(() => DateTime, { nullable: true, description: 'When it will be gone.' })
  expiresAt?: Millis

  @Field(() => DateTime, { nullable: true, description: 'When it was last edited.' })
  editedAt?: Millis

  @Field(() => Int, { description: 'How often it was edited.' })
  edits!: number

  @Field(() => DateTime, { nullable: true, description: 'Since when it is deleted: it then shows no content.' })
  deletedAt?: Millis

  @Field(() => ID, { nullable: true, description: 'Who deleted it.' })
  deletedBy?: string

  @Field(() => String, { description: 'Changes with every edit: pass it to `editMessage` to refuse a lost update.' })
  version!: string
}

/** A page of messages. */
export const MessageConnection = connectionType<Message>('Message', () => MessageType)

/** An earlier state of an edited message. */
@ObjectType('MessageEdit', { simpleResolvers: true, description: 'An earlier state of an edited message.' })
export class MessageEditType {
  @Field(() => JSONObject, { nullable: true, description: 'What an item that is more than text carried.' })
  data?: JsonObject

  @Field(() => JSONObject, { description: 'What the application kept with the message.' })
  metadata!: JsonObject

  @Field(() => DateTime, { description: 'When this state was replaced.' })
  editedAt!: Millis

  @Field(() => ID, { description: 'Who replaced it.' })
  editedBy!: string
}
