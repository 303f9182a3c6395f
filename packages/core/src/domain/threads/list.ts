import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import { scan } from '../../store/scan.ts'
import type { Entry, Json } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { at, names, token } from '../kernel/names.ts'
import type { Page } from '../kernel/page.ts'
import type { Slice } from '../kernel/page-request.ts'
import { pageOf, pageOfSorted, readPageRequest } from '../kernel/page-request.ts'
import type { RecencyRecord, ThreadRecord } from '../kernel/records.ts'
import { asRecord } from '../kernel/records.ts'
import type { ThreadReader } from '../kernel/thread-reader.ts'
import { threadNotFound, toThread } from '../kernel/thread-state.ts'
import { normalId } from '../kernel/validate.ts'
import { assertWanted, filterKey } from '../messages/filter.ts'
import { acceptThread } from './filter.ts'
import type { Thread, ThreadFilter, Threads } from './threads.types.ts'

type Query = NonNullable<Parameters<Threads['list']>[1]>

/** A thread with where it stands in its user's recency index. */
interface Placed {
  readonly key: string
  readonly thread: Thread
}

const chunk = 100

/**
 * `threads.list`. By activity it walks the recency index and reads no more than the page needs; by creation or message count it reads
 * all of the user's threads, which is what those orders cost without an index of their own.
 */
export function createThreadList(context: Context, reader: ThreadReader) {
  const { store, limits } = context

  /** The threads of some index entries, in their order, as far as they pass. What is due in them has been counted out. */
  async function load(actor: Actor, entries: readonly Entry[], filter: ThreadFilter): Promise<Placed[]> {
    const wanted = entries.filter(
      (entry) =>
        filter.archived === 'any' || asRecord<RecencyRecord>(entry.value).archived === (filter.archived ?? false),
    )
    const opened = await reader.openMany(
      actor,
      wanted.map((entry) => asRecord<RecencyRecord>(entry.value).threadId),
    )
    return opened.flatMap((one, i) =>
      one && acceptThread(one.thread, filter)
        ? [{ key: wanted[i]!.key, thread: toThread(one.thread, one.version) }]
        : [],
    )
  }

  /** Walks the index from a key on until there are enough. */
  async function walk(
    actor: Actor,
    range: { after?: string; before?: string; reverse: boolean },
    limit: number,
    filter: ThreadFilter,
  ): Promise<Placed[]> {
    const found = new Map<string, Placed>()
    let position = range
    for (;;) {
      const size = Math.max(chunk, limit)
      const entries = await store.list(names.threadsOf(actor.userId), { ...position, limit: size })
      for (const placed of await load(actor, entries, filter)) {
        // A thread that moved while we walked is answered once, where it was met first.
        if (!found.has(placed.thread.id)) found.set(placed.thread.id, placed)
        if (found.size === limit) return [...found.values()]
      }
      if (entries.length < size) return [...found.values()]
      const last = entries[entries.length - 1]!.key
      position = range.reverse ? { ...range, before: last } : { ...range, after: last }
    }
  }

  /** What lies on the other side of the page: the anchor itself, where it still is, or anything beyond it. */
  async function farSide(actor: Actor, anchor: string, reverse: boolean, filter: ThreadFilter): Promise<Placed[]> {
    const [entry] = await store.get([at(names.threadsOf(actor.userId), anchor)])
    const own = entry ? await load(actor, [entry], filter) : []
    return own.length > 0
      ? own
      : walk(actor, { ...(reverse ? { before: anchor } : { after: anchor }), reverse }, 1, filter)
  }

  async function byActivity(
    actor: Actor,
    slice: Slice,
    newestFirst: boolean,
    filter: ThreadFilter,
    encode: (position: readonly Json[]) => string,
  ): Promise<Page<Thread>> {
    // In the order of the list, `after` lies before the page; in key order that side depends on the direction.
    const [start, end] = [slice.after?.[0], slice.before?.[0]] as [string | undefined, string | undefined]
    const [lower, upper] = newestFirst ? [end, start] : [start, end]
    const reverse = slice.forward === newestFirst
    const range = {
      ...(lower !== undefined && { after: lower }),
      ...(upper !== undefined && { before: upper }),
      reverse,
    }
    const anchor = slice.forward ? start : end
    const beyond = anchor === undefined ? [] : farSide(actor, anchor, !reverse, filter)
    const [found, edge] = await Promise.all([walk(actor, range, slice.limit + 1, filter), beyond])
    const more = found.length > slice.limit
    const placed = more ? found.slice(0, slice.limit) : found
    if (!slice.forward) placed.reverse()
    const keys = new Map(placed.map(({ key, thread }) => [thread, key]))
    const other = edge.length > 0
    return pageOf(
      [...keys.keys()],
      slice.forward ? { next: more, previous: other } : { next: other, previous: more },
      (thread) => encode([keys.get(thread)!]),
    )
  }

  /** The slice that starts after the thread which the query names by id. */
  async function anchored(actor: Actor, { sort, afterId }: Query, slice: Slice): Promise<Slice> {
    if (afterId === undefined) return slice
    if (sort !== 'created') throw new ThreadkeepError('INVALID', 'afterId goes with the sort created.')
    const id = normalId(afterId, 'thread id')
    // Also after one that has been deleted, but never after somebody else's.
    const [entry, member] = await store.get([at(names.threads, token(id)), at(names.members(id), token(actor.userId))])
    if (!entry || !member) throw threadNotFound()
    return { ...slice, after: [asRecord<ThreadRecord>(entry.value).createdAt, id] }
  }

  return async function list(actor: Actor, query: Query = {}): Promise<Page<Thread>> {
    const { sort = 'activity', direction = 'desc', filter = {} } = query
    if (!['activity', 'created', 'messages'].includes(sort))
      throw new ThreadkeepError('INVALID', 'Threads are sorted by activity, created or messages.')
    if (direction !== 'asc' && direction !== 'desc') throw new ThreadkeepError('INVALID', 'A direction is asc or desc.')
    if (filter.metadata !== undefined) assertWanted(filter.metadata)
    if (filter.title !== undefined && typeof filter.title !== 'string')
      throw new ThreadkeepError('INVALID', 'filter.title must be a text.')
    const scope = `threads:${token(actor.userId)}:${sort}:${direction}:${filterKey(filter as object)}`
    const cursors = await context.cursors()
    const slice = await anchored(actor, query, readPageRequest(query, limits, cursors, scope))
    const encode = (position: readonly Json[]): string => cursors.encode(scope, position)
    if (sort === 'activity') return byActivity(actor, slice, direction === 'desc', filter, encode)

    const entries: Entry[] = []
    for await (const entry of scan(store, names.threadsOf(actor.userId))) entries.push(entry)
    const threads: Thread[] = []
    for (let from = 0; from < entries.length; from += 1000)
      threads.push(...(await load(actor, entries.slice(from, from + 1000), filter)).map(({ thread }) => thread))
    const position = (thread: Thread): [number, string] => [
      sort === 'created' ? thread.createdAt : thread.messageCount,
      thread.id,
    ]
    const sign = direction === 'desc' ? -1 : 1
    const compare = (a: readonly Json[], b: readonly Json[]): number =>
      sign * ((a[0] as number) - (b[0] as number) || ((a[1] as string) < (b[1] as string) ? -1 : a[1] === b[1] ? 0 : 1))
    threads.sort((a, b) => compare(position(a), position(b)))
    return pageOfSorted(threads, slice, position, compare, (thread) => encode(position(thread)))
  }
}
