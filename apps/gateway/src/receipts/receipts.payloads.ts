import type { Receipt, Unread } from '@threadkeep/core'
import { Field, ID, ObjectType } from 'type-graphql'
import { Payload } from '../schema/payload.ts'
import { ReceiptType, UnreadType } from './receipts.types.ts'

/** The answer of `markRead`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `markRead`.' })
export class MarkReadPayload extends Payload {
  @Field(() => ReceiptType, { nullable: true, description: 'How far you are now; the marker only moves forward.' })
  receipt?: Receipt

  @Field(() => UnreadType, { nullable: true, description: 'What is new for you now.' })
  unread?: Unread
}

/** The answer of `markDelivered`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `markDelivered`.' })
export class MarkDeliveredPayload extends Payload {
  @Field(() => ReceiptType, { nullable: true, description: 'How much has reached you now.' })
  receipt?: Receipt
}

/** The answer of `setTyping`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `setTyping`.' })
export class SetTypingPayload extends Payload {
  @Field(() => Boolean, { nullable: true, description: 'What the others were told.' })
  typing?: boolean
}

/** The answer of `giveFeedback`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `giveFeedback`.' })
export class GiveFeedbackPayload extends Payload {
  @Field(() => [ID], { nullable: true, description: 'The messages your opinion is on.' })
  messageIds?: readonly string[]
}
