import type { Message, Opinion, Receipt, Thread } from '@threadkeep/core'
import { ThreadkeepError } from '@threadkeep/core/store'
import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql'
import { MessageType } from '../messages/messages.types.ts'
import type { RequestContext } from '../pipeline/context.ts'
import { Direct } from '../schema/direct.ts'
import { given } from '../schema/given.ts'
import { payload } from '../schema/payload.ts'
import { ThreadType } from '../threads/threads.types.ts'
import { GiveFeedbackInput, MarkDeliveredInput, MarkReadInput, SetTypingInput } from './receipts.args.ts'
import { GiveFeedbackPayload, MarkDeliveredPayload, MarkReadPayload, SetTypingPayload } from './receipts.payloads.ts'
import { FeedbackEntry, ReceiptType, UnreadType } from './receipts.types.ts'

/** How far people have got and what they think, in GraphQL's words. */
@Resolver()
export class ReceiptsResolver {
  @Mutation(() => MarkReadPayload, { description: 'Says how far you have read. Forward only.' })
  markRead(
    @Arg('input', () => MarkReadInput) { threadId, ...input }: MarkReadInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<MarkReadPayload> {
    return payload(async () => {
      const { seq, messageId, ...options } = given(input)
      const receipt = await keep.messages.markRead(actor, threadId, readTo(seq, messageId), options)
      const [unread] = await keep.messages.unread(actor, [threadId])
      return { receipt, ...given({ unread }) }
    })
  }

  @Mutation(() => MarkDeliveredPayload, { description: 'Says how much has reached you. Forward only.' })
  markDelivered(
    @Arg('input', () => MarkDeliveredInput) { threadId, seq }: MarkDeliveredInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<MarkDeliveredPayload> {
    return payload(async () => ({ receipt: await keep.messages.markDelivered(actor, threadId, seq) }))
  }

  @Mutation(() => SetTypingPayload, {
    description: 'Tells the others that you type, or have stopped. Nothing is kept.',
  })
  setTyping(
    @Arg('input', () => SetTypingInput) { threadId, typing }: SetTypingInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<SetTypingPayload> {
    return payload(async () => {
      await keep.messages.typing(actor, threadId, typing ?? true)
      return { typing: typing ?? true }
    })
  }

  @Mutation(() => GiveFeedbackPayload, { description: 'Gives or withdraws your opinion on some messages.' })
  giveFeedback(
    @Arg('input', () => GiveFeedbackInput) { threadId, messageIds, feedback }: GiveFeedbackInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<GiveFeedbackPayload> {
    return payload(async () => {
      await keep.messages.feedback(actor, threadId, messageIds, feedback ?? null)
      return { messageIds }
    })
  }
}

/** What receipts add to a thread. */
@Resolver(() => ThreadType)
export class ThreadReceiptsResolver {
  @Direct()
  @FieldResolver(() => UnreadType, { nullable: true, description: 'What is new for you.' })
  unread(@Root() thread: Thread, @Ctx() { load }: RequestContext) {
    return load.unread.load(thread.id)
  }

  @Direct()
  @FieldResolver(() => [ReceiptType], { description: 'How far its members have got.' })
  receipts(@Root() thread: Thread, @Ctx() { keep, actor }: RequestContext): Promise<readonly Receipt[]> {
    return keep.messages.receipts(actor, thread.id)
  }
}

/** What opinions add to a message. */
@Resolver(() => MessageType)
export class MessageFeedbackResolver {
  @Direct()
  @FieldResolver(() => [FeedbackEntry], { description: 'Opinions on it.' })
  async feedback(@Root() message: Message, @Ctx() { load }: RequestContext): Promise<readonly Opinion[]> {
    return (await load.opinions.load(message)) ?? []
  }
}

function readTo(seq: number | undefined, messageId: string | undefined) {
  if (seq !== undefined && messageId === undefined) return { seq }
  if (messageId !== undefined && seq === undefined) return { messageId }
  throw new ThreadkeepError('INVALID', 'Name the place or the message that you have read, one of the two.')
}
