import type { Feedback } from '@threadkeep/core'
import { Field, ID, InputType, Int } from 'type-graphql'
import { FeedbackEnum } from './receipts.types.ts'

/** The input of `markRead`: by place or by message. */
@InputType({ description: 'How far you have read: name `seq` or `messageId`.' })
export class MarkReadInput {
  @Field(() => ID, { description: 'The thread.' })
  threadId!: string

  @Field(() => Int, { nullable: true, description: 'The place of the newest message you have read.' })
  seq?: number

  @Field(() => ID, { nullable: true, description: 'The newest message you have read.' })
  messageId?: string

  @Field(() => Boolean, { nullable: true, description: 'Move only your own counts; others see nothing.' })
  private?: boolean
}

/** The input of `markDelivered`. */
@InputType({ description: 'How much has reached you.' })
export class MarkDeliveredInput {
  @Field(() => ID, { description: 'The thread.' })
  threadId!: string

  @Field(() => Int, { description: 'The place of the newest message that has reached you.' })
  seq!: number
}

/** The input of `setTyping`. */
@InputType({ description: 'That you type, or have stopped.' })
export class SetTypingInput {
  @Field(() => ID, { description: 'The thread.' })
  threadId!: string

  @Field(() => Boolean, { nullable: true, description: 'Default: true.' })
  typing?: boolean
}

/** The input of `giveFeedback`. */
@InputType({ description: 'Your opinion on some messages.' })
export class GiveFeedbackInput {
  @Field(() => ID, { description: 'The thread.' })
  threadId!: string

  @Field(() => [ID], { description: 'The messages.' })
  messageIds!: string[]

  @Field(() => FeedbackEnum, { nullable: true, description: 'Your opinion; null withdraws it.' })
  feedback?: Feedback | null
}
