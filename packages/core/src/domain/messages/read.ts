import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { Entry, Range } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'
import { hasScope } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { findMessages } from '../kernel/message-places.ts'
import { at, names, seqKey, token } from '../kernel/names.ts'
import type { Page } from '../kernel/page.ts'
import type { Slice } from '../kernel/page-request.ts'
import { pageOf, readPageRequest } from '../kernel/page-request.ts'
import type { MessageRecord } from '../kernel/records.ts'
import { asRecord } from '../kernel/records.ts'
import type { ThreadReader } from '../kernel/thread-reader.ts'
import { assertCount, assertMoment, normalId } from '../kernel/validate.ts'
import type { Accept } from './filter.ts'
import { acceptFor, filterKey } from './filter.ts'
import type { Kinds } from './kinds.ts'
import type { Message, MessageFilter, MessagePageRequest } from './messages.types.ts'
import { toMessage } from './to-message.ts'

/** The answer for a message that is missing, gone, or not for this actor. */
export function messageNotFound(): ThreadkeepError {
  return new ThreadkeepError('NOT_FOUND', 'There is no such message.')
}

const chunk = 200

/** The reads on messages: one by one, by page, the newest. */
export function createMessageReads(context: Context, reader: ThreadReader, kinds: Kinds) {
  const { store, limits } = context

  /** Up to `limit` messages that pass, in the direction of the range: fetched in chunks until there are enough. */
  async function collect(
    threadId: string,
    range: Omit<Range, 'limit'>,
    limit: number,
    accept: Accept,
  ): Promise<Message[]> {
    const found: Message[] = []
    let position = range
    for (;;) {
      const size = Math.min(1000, Math.max(limit - found.length, found.length === 0 ? 1 : chunk))
      const entries = await store.list(names.messages(threadId), { ...position, limit: size })
      for (const entry of entries) {
        if (accept(asRecord<MessageRecord>(entry.value))) found.push(messageOf(entry))
        if (found.length === limit) return found
      }
      if (entries.length < size) return found
      const last = entries[entries.length - 1]!.key
      position = range.reverse ? { ...range, before: last } : { ...range, after: last }
    }
  }

  /** Where a message stands, deleted or not; undefined when there is none, or none that the actor may see. */
  async function seqFor(actor: Actor, threadId: string, messageId: string): Promise<number | undefined> {
    const entry = await find(threadId, messageId)
    const record = entry && asRecord<MessageRecord>(entry.value)
    return record && acceptFor(actor, kinds, { includeDeleted: true })(record) ? record.seq : undefined
  }

  async function find(threadId: string, messageId: string): Promise<Entry | undefined> {
    return (await findMessages(store.get, threadId, [normalId(messageId, 'message id')]))[0]
  }

  /** The last seq before the first message created at or after a moment, by halving: times rise with seq. */
  async function seqBefore(threadId: string, lastSeq: number, moment: number): Promise<number> {
    let [low, high] = [0, lastSeq]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const [entry] = await store.list(names.messages(threadId), { after: seqKey(middle), limit: 1 })
      const record = entry && asRecord<MessageRecord>(entry.value)
      if (!record || record.createdAt >= moment) high = middle
      else low = record.seq
    }
    return low
  }

  async function page(actor: Actor, threadId: string, request: MessagePageRequest = {}): Promise<Page<Message>> {
    const id = normalId(threadId, 'thread id')
    const accept = acceptFor(actor, kinds, request.filter)
    const scope = `messages:${token(id)}:${filterKey(request.filter)}`
    const cursors = await context.cursors()
    const slice = await anchored(actor, id, request, readPageRequest(request, limits, cursors, scope))
    const cursor = ({ seq }: Message): string => cursors.encode(scope, [seq])
    if (request.around !== undefined) return around(actor, id, request.around, slice.limit, accept, cursor)
    // Access and content are asked for at once; what access refuses is never answered.
    if (request.at !== undefined) {
      assertMoment(request.at, 'at')
      const { thread } = await reader.open(actor, id)
      return window(id, await seqBefore(id, thread.seq, request.at), slice.limit, accept, cursor)
    }
    const range = {
      ...(slice.after && { after: seqKey(slice.after[0] as number) }),
      ...(slice.before && { before: seqKey(slice.before[0] as number) }),
    }
    const reverse = !slice.forward
    const behind = slice.forward ? slice.after : slice.before
    const [, found, edge] = await Promise.all([
      reader.open(actor, id),
      collect(id, { ...range, reverse }, slice.limit + 1, accept),
      behind === undefined ? [] : beyond(id, behind[0] as number, slice.forward, accept),
    ])
    const more = found.length > slice.limit
    const items = more ? found.slice(0, slice.limit) : found
    if (reverse) items.reverse()
    const other = edge.length > 0
    return pageOf(items, slice.forward ? { next: more, previous: other } : { next: other, previous: more }, cursor)
  }

  /** The slice bounded by the messages that the request names by id. */
  async function anchored(
    actor: Actor,
    threadId: string,
    { afterId, beforeId }: MessagePageRequest,
    slice: Slice,
  ): Promise<Slice> {
    if (afterId === undefined && beforeId === undefined) return slice
    await reader.open(actor, threadId)
    const [after, before] = await Promise.all(
      [afterId, beforeId].map(async (id) => {
        if (id === undefined) return undefined
        const entry = await find(threadId, id)
        if (!entry) throw messageNotFound()
        return asRecord<MessageRecord>(entry.value).seq
      }),
    )
    return {
      ...slice,
      ...(after !== undefined && { after: [after] }),
      ...(before !== undefined && { before: [before] }),
    }
  }

  /** Whether there is anything at the anchor or on its far side. */
  function beyond(threadId: string, seq: number, before: boolean, accept: Accept): Promise<Message[]> {
    return collect(
      threadId,
      before ? { before: seqKey(seq + 1), reverse: true } : { after: seqKey(Math.max(0, seq - 1)) },
      1,
      accept,
    )
  }

  async function around(
    actor: Actor,
    threadId: string,
    messageId: string,
    limit: number,
    accept: Accept,
    cursor: (m: Message) => string,
  ): Promise<Page<Message>> {
    await reader.open(actor, threadId)
    const seq = await seqFor(actor, threadId, messageId)
    if (seq === undefined) throw messageNotFound()
    const half = Math.floor(limit / 2)
    const [before, after] = await Promise.all([
      collect(threadId, { before: seqKey(seq), reverse: true }, half + 1, accept),
      collect(threadId, { after: seqKey(seq - 1) }, limit - half + 1, accept),
    ])
    const items = [...before.slice(0, half).reverse(), ...after.slice(0, limit - half)]
    return pageOf(items, { next: after.length > limit - half, previous: before.length > half }, cursor)
  }

  async function window(
    threadId: string,
    afterSeq: number,
    limit: number,
    accept: Accept,
    cursor: (m: Message) => string,
  ): Promise<Page<Message>> {
    const [found, edge] = await Promise.all([
      collect(threadId, { after: seqKey(afterSeq) }, limit + 1, accept),
      beyond(threadId, afterSeq, true, accept),
    ])
    return pageOf(found.slice(0, limit), { next: found.length > limit, previous: edge.length > 0 }, cursor)
  }

  async function newest(
    actor: Actor,
    threadId: string,
    count: number,
    filter?: MessageFilter,
  ): Promise<readonly Message[]> {
    assertCount(count, 'The number of messages', limits.maxPageSize)
    const accept = acceptFor(actor, kinds, filter)
    const id = normalId(threadId, 'thread id')
    const [, found] = await Promise.all([reader.open(actor, id), collect(id, { reverse: true }, count, accept)])
    return found.reverse()
  }

  async function get(actor: Actor, threadId: string, messageId: string): Promise<Message> {
    const id = normalId(threadId, 'thread id')
    const accept = acceptFor(actor, kinds, { includeDeleted: true })
    const [, entry] = await Promise.all([reader.open(actor, id), find(id, messageId)])
    if (!entry || !accept(asRecord<MessageRecord>(entry.value))) throw messageNotFound()
    return messageOf(entry)
  }

  async function getMany(
    actor: Actor,
    refs: readonly { readonly threadId: string; readonly seq: number }[],
  ): Promise<readonly (Message | undefined)[]> {
    assertMany(refs.length)
    const accept = acceptFor(actor, kinds, { includeDeleted: true })
    const threadIds = refs.map(({ threadId }) => normalId(threadId, 'thread id'))
    const ids = [...new Set(threadIds)]
    const [opened, entries] = await Promise.all([
      reader.openMany(actor, ids),
      store.get(refs.map(({ seq }, i) => at(names.messages(threadIds[i]!), seqKey(seq)))),
    ])
    const allowed = new Set(ids.filter((_, i) => opened[i] !== undefined))
    return entries.map((entry, i) => {
      const visible = entry !== undefined && allowed.has(threadIds[i]!) && accept(asRecord<MessageRecord>(entry.value))
      return visible ? messageOf(entry) : undefined
    })
  }

  async function last(actor: Actor, threadIds: readonly string[]): Promise<readonly (Message | undefined)[]> {
    assertMany(threadIds.length)
    const accept = acceptFor(actor, kinds)
    const opened = await reader.openMany(actor, threadIds)
    const at_ = opened.map((one) =>
      one && one.thread.seq > 0 ? at(names.messages(one.thread.id), seqKey(one.thread.seq)) : undefined,
    )
    const entries = await store.get(at_.filter((address) => address !== undefined))
    let next = 0
    return Promise.all(
      opened.map(async (one, i) => {
        if (!one || at_[i] === undefined) return undefined
        const entry = entries[next++]
        if (entry && accept(asRecord<MessageRecord>(entry.value))) return messageOf(entry)
        return one.thread.messageCount === 0
          ? undefined
          : (await collect(one.thread.id, { reverse: true }, 1, accept))[0]
      }),
    )
  }

  function seesHidden(actor: Actor): boolean {
    return hasScope(actor, 'items:hidden')
  }

  function assertMany(count: number): void {
    if (count > 1000) throw new ThreadkeepError('INVALID_LIMIT', 'At most 1,000 at once.')
  }

  return { collect, seqFor, seesHidden, page, newest, get, getMany, last }
}

function messageOf(entry: Entry): Message {
  return toMessage(asRecord<MessageRecord>(entry.value), entry.version)
}
