import type { Message, Thread } from '@threadkeep/core'
import { Field, ObjectType } from 'type-graphql'
import { Payload } from '../schema/payload.ts'
import { Cursor } from '../schema/scalars.ts'
import { ThreadType } from '../threads/threads.types.ts'
import { MessageType } from './messages.types.ts'

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
