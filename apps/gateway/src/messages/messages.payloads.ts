import type { Message, Thread } from '@threadkeep/core'
import { Field, ID, ObjectType } from 'type-graphql'
import { Payload } from '../schema/payload.ts'
import { Cursor } from '../schema/scalars.ts'
import { ThreadType } from '../threads/threads.types.ts'
import { MessageType } from './messages.types.ts'

/** What became of one message that was sent. */
@ObjectType('SentMessage', { simpleResolvers: true, description: 'What became of one message that was sent.' })
export class SentMessage {
  @Field(() => MessageType, { description: 'The message as it was kept.' })
  message!: Message

  @Field(() => Boolean, { description: 'Whether an earlier sending with the same `clientId` is answered.' })
  deduplicated!: boolean
}

/** The answer of `sendMessages`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `sendMessages`.' })
export class SendMessagesPayload extends Payload {
  @Field(() => [SentMessage], { nullable: true, description: 'The messages as they were kept, in the order given.' })
  sent?: SentMessage[]

  @Field(() => ThreadType, { nullable: true, description: 'The thread as these messages left it.' })
  thread?: Thread

  @Field(() => Cursor, {
    nullable: true,
    description: 'Right after the last of them: `threadEvents(after: …)` goes on from here.',
  })
  cursor?: string
}

/** The answer of a mutation about one message. */
@ObjectType({ simpleResolvers: true })
abstract class MessagePayload extends Payload {
  @Field(() => MessageType, { nullable: true, description: 'The message as it is now.' })
  message?: Message
}

/** The answer of `editMessage`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `editMessage`.' })
export class EditMessagePayload extends MessagePayload {}

/** The answer of `restoreMessage`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `restoreMessage`.' })
export class RestoreMessagePayload extends MessagePayload {}

/** The answer of `deleteMessage`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `deleteMessage`.' })
export class DeleteMessagePayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The message that is gone.' })
  deletedMessageId?: string
}

/** The answer of `sendMessage`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `sendMessage`.' })
export class SendMessagePayload extends Payload {
  @Field(() => MessageType, { nullable: true, description: 'The message as it was kept.' })
  message?: Message

  @Field(() => ThreadType, { nullable: true, description: 'The thread as this message left it.' })
  thread?: Thread

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether an earlier sending with the same `clientId` is answered.',
  })
  deduplicated?: boolean

  @Field(() => Cursor, {
    nullable: true,
    description: 'Right after this message: `threadEvents(after: …)` goes on from here.',
  })
  cursor?: string
}
