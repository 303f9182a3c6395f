import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import { scan } from '../../store/scan.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { at, names, seqKey, threadStream, token } from '../kernel/names.ts'
import type { MessageRecord } from '../kernel/records.ts'
import { asRecord } from '../kernel/records.ts'
import type { ThreadReader } from '../kernel/thread-reader.ts'
import type { ThreadWriter } from '../kernel/thread-writer.ts'
import { assertCount, normalId } from '../kernel/validate.ts'
import { streamTopic } from '../live/topics.ts'
import { acceptFor } from './filter.ts'
import type { Kinds } from './kinds.ts'
import type { Feedback, Messages } from './messages.types.ts'
import type { createMessageReads } from './read.ts'
import { messageNotFound } from './read.ts'

type FeedbackOf = Awaited<ReturnType<Messages['feedbackOf']>>[number]

/** Opinions on messages, and typing hints. */
export function createFeedback(
  context: Context,
  reader: ThreadReader,
  writer: ThreadWriter,
  kinds: Kinds,
  reads: ReturnType<typeof createMessageReads>,
) {
  const { store, live, limits, clock } = context

  async function feedback(
    actor: Actor,
    threadId: string,
    messageIds: readonly string[],
    opinion: Feedback | null,
  ): Promise<void> {
    if (opinion !== null && opinion !== 'positive' && opinion !== 'negative')
      throw new ThreadkeepError('INVALID', 'Feedback is positive, negative or null.')
    assertCount(messageIds.length, 'The number of messages', limits.maxBatch)
    const id = normalId(threadId, 'thread id')
    const ids = [...new Set(messageIds.map((messageId) => normalId(messageId, 'message id')))]
    const accept = acceptFor(actor, kinds)
    await writer.run(id, {
      actor,
      action: 'message.feedback',
      reads: true,
      async plan(scope) {
        const found = await scope.read(ids.map((messageId) => at(names.messageIds(id), token(messageId))))
        const messages = await scope.read(
          found.map((entry) => at(names.messages(id), seqKey((entry?.value['seq'] as number | undefined) ?? 0))),
        )
        found.forEach((entry, i) => {
          const message = messages[i] && asRecord<MessageRecord>(messages[i].value)
          if (!entry || !message || !accept(message)) throw messageNotFound()
          const address = at(names.feedback(id), `${token(ids[i]!)}/${token(actor.userId)}`)
          if (opinion === null) scope.delete(address)
          else scope.put(address, { userId: actor.userId, feedback: opinion, at: scope.now }, message.expiresAt)
          scope.emit({
            type: 'message.feedback',
            actorId: actor.userId,
            messageId: ids[i]!,
            seq: entry.value['seq'] as number,
          })
        })
      },
    })
  }

  async function feedbackOf(actor: Actor, threadId: string, messageId: string): Promise<readonly FeedbackOf[]> {
    const id = normalId(threadId, 'thread id')
    await reads.get(actor, id, messageId)
    const found: FeedbackOf[] = []
    for await (const entry of scan(store, names.feedback(id), {
      prefix: `${token(normalId(messageId, 'message id'))}/`,
    }))
      found.push(asRecord<FeedbackOf>(entry.value))
    return found
  }

  async function typing(actor: Actor, threadId: string, isTyping = true): Promise<void> {
    const id = normalId(threadId, 'thread id')
    await reader.open(actor, id, 'message.typing')
    live.publish(streamTopic(threadStream(id)), { typing: { userId: actor.userId, typing: isTyping, at: clock.now() } })
  }

  return { feedback, feedbackOf, typing }
}
