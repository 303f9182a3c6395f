import type { Feedback, Opinion, Receipt, Unread } from '@threadkeep/core'
import type { Millis } from '@threadkeep/core/store'
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql'
import { enumOf } from '../schema/enum-of.ts'
import { DateTime } from '../schema/scalars.ts'

/** How far a member has got. */
@ObjectType('Receipt', { simpleResolvers: true, description: 'How far a member has got in a thread.' })
export class ReceiptType implements Receipt {
  @Field(() => ID, { description: 'The person.' })
  userId!: string

  @Field(() => Int, { description: 'The newest message this person shows as read.' })
  readSeq!: number

  @Field(() => Int, { description: 'The newest message that has reached this person.' })
  deliveredSeq!: number
}

/** What is new for the caller. */
@ObjectType('Unread', { simpleResolvers: true, description: 'What is new for you in a thread.' })
export class UnreadType implements Unread {
  @Field(() => ID, { description: 'The thread.' })
  threadId!: string

  @Field(() => Int, { description: 'Messages by others that you have not read, counted up to 100.' })
  count!: number

  @Field(() => Boolean, { description: 'Whether there are more than were counted.' })
  more!: boolean

  @Field(() => Int, { description: 'The newest message you have read.' })
  readSeq!: number
}

/** An opinion. */
export const FeedbackEnum = enumOf<Feedback>('positive', 'negative')
registerEnumType(FeedbackEnum, {
  name: 'Feedback',
  description: 'An opinion on a message.',
  valuesConfig: { POSITIVE: { description: 'Good.' }, NEGATIVE: { description: 'Not good.' } },
})

/** One person's opinion on a message. */
@ObjectType({ simpleResolvers: true, description: "One person's opinion on a message." })
export class FeedbackEntry implements Opinion {
  @Field(() => ID, { description: 'The person.' })
  userId!: string

  @Field(() => FeedbackEnum, { description: 'The opinion.' })
  feedback!: Feedback

  @Field(() => DateTime, { description: 'Since when.' })
  at!: Millis
}
