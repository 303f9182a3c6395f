import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import { compareBytes } from '../../store/keys.ts'
import { scan } from '../../store/scan.ts'
import type { Entry } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { findMessages } from '../kernel/message-places.ts'
import { at, names, threadStream, token } from '../kernel/names.ts'
import type { MessageRecord } from '../kernel/records.ts'
import { asRecord } from '../kernel/records.ts'
import type { ThreadReader } from '../kernel/thread-reader.ts'
import type { ThreadWriter } from '../kernel/thread-writer.ts'
import { assertCount, normalId } from '../kernel/validate.ts'
import { streamTopic } from '../live/topics.ts'
import { acceptFor } from './filter.ts'
import type { Kinds } from './kinds.ts'
import type { Feedback, Opinion } from './messages.types.ts'
import type { createMessageReads } from './read.ts'
import { messageNotFound } from './read.ts'

/** What one `list` of opinions brings at most. */
const pageSize = 1_000

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
        const found = await findMessages(scope.read, id, ids)
        found.forEach((entry, i) => {
          const message = entry && asRecord<MessageRecord>(entry.value)
          if (!message || !accept(message)) throw messageNotFound()
          const address = at(names.feedback(id), `${token(ids[i]!)}/${token(actor.userId)}`)
          if (opinion === null) scope.delete(address)
          else scope.put(address, { userId: actor.userId, feedback: opinion, at: scope.now }, message.expiresAt)
          scope.emit({
            type: 'message.feedback',
            actorId: actor.userId,
            messageId: ids[i]!,
            seq: message.seq,
          })
        })
      },
    })
  }

  async function feedbackOf(actor: Actor, threadId: string, messageId: string): Promise<readonly Opinion[]> {
    const message = await reads.get(actor, threadId, messageId)
    return (await opinionsOn(message.threadId, [message.id])).get(message.id)!
  }

  async function feedbackOfMany(
    actor: Actor,
    refs: readonly { readonly threadId: string; readonly seq: number }[],
  ): Promise<readonly (readonly Opinion[] | undefined)[]> {
    const messages = await reads.getMany(actor, refs)
    const byThread = Map.groupBy(
      messages.filter((message) => message !== undefined),
      ({ threadId }) => threadId,
    )
    const opinions = new Map<string, Map<string, Opinion[]>>()
    await Promise.all(
      Array.from(byThread, async ([threadId, of]) => {
        const ids = of.map(({ id }) => id)
        opinions.set(threadId, await opinionsOn(threadId, ids))
      }),
    )
    return messages.map((message) => message && opinions.get(message.threadId)!.get(message.id)!)
  }

  /** By message. In one call where few have an opinion: messages of one page have neighbouring ids, unless their senders chose them. */
  async function opinionsOn(threadId: string, messageIds: readonly string[]): Promise<Map<string, Opinion[]>> {
    const found = new Map(messageIds.map((id) => [id, [] as Opinion[]]))
    const idOf = new Map(messageIds.map((id) => [token(id), id]))
    const prefixes = [...idOf.keys()].map((one) => `${one}/`).sort(compareBytes)
    const between = await store.list(names.feedback(threadId), {
      after: prefixes[0]!,
      // The character after the slash: behind every key of the last one.
      before: `${prefixes[prefixes.length - 1]!.slice(0, -1)}0`,
      limit: pageSize,
    })
    const add = ({ key, value }: Entry): void =>
      void found.get(idOf.get(key.slice(0, key.indexOf('/'))) ?? '')?.push(asRecord<Opinion>(value))
    if (between.length < pageSize) between.forEach(add)
    else
      await Promise.all(
        prefixes.map(async (prefix) => {
          for await (const entry of scan(store, names.feedback(threadId), { prefix, pageSize })) add(entry)
        }),
      )
    return found
  }

  async function typing(actor: Actor, threadId: string, isTyping = true): Promise<void> {
    const id = normalId(threadId, 'thread id')
    await reader.open(actor, id, 'message.typing')
    live.publish(streamTopic(threadStream(id)), { typing: { userId: actor.userId, typing: isTyping, at: clock.now() } })
  }

  return { feedback, feedbackOf, feedbackOfMany, typing }
}
