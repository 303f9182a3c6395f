import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { Highlight, SearchHit, SearchPosition, SearchQuery } from '../../ports/search-index.ts'
import { foldText } from '../../search/fold-text.ts'
import { markPlaces } from '../../search/mark-places.ts'
import { scoreMatch } from '../../search/score-match.ts'
import { searchTerms } from '../../search/search-terms.ts'
import { scan } from '../../store/scan.ts'
import type { Json } from '../../store/types.ts'
import { recordAudit } from '../audit/record-audit.ts'
import type { Actor } from '../kernel/actor.ts'
import { requireScope } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { at, names, seqKey, token } from '../kernel/names.ts'
import type { MessageRecord, RecencyRecord } from '../kernel/records.ts'
import { asRecord } from '../kernel/records.ts'
import type { ThreadReader } from '../kernel/thread-reader.ts'
import { assertCount, normalId } from '../kernel/validate.ts'
import type { Accept } from '../messages/filter.ts'
import { acceptFor, filterKey } from '../messages/filter.ts'
import type { Kinds } from '../messages/kinds.ts'
import type { Message } from '../messages/messages.types.ts'
import type { createMessageReads } from '../messages/read.ts'
import { toMessage } from '../messages/to-message.ts'
import { oldestWaiting } from '../projections/oldest-waiting.ts'
import { fromIndexId, indexId } from './index-id.ts'
import type { Search, SearchAnswer, SearchRequest, SearchResult } from './search.types.ts'

const defaultLimit = 20
const maxContext = 10
const maxQueryLength = 1_000

/** A hit whose message was read a moment ago and may be shown. */
interface Confirmed {
  readonly hit: SearchHit
  readonly record: MessageRecord
  readonly message: Message
}

/** `search.messages`: the index proposes, the store decides. */
export function createSearch(
  context: Context,
  reader: ThreadReader,
  kinds: Kinds,
  reads: ReturnType<typeof createMessageReads>,
): Search {
  const { store, search } = context

  /** The threads to search in: those asked for that the actor may see, or all of the actor's own. */
  async function threadsFor(actor: Actor, request: SearchRequest): Promise<readonly string[] | undefined> {
    if (request.anyUser) return request.threadIds?.map((id) => normalId(id, 'thread id'))
    if (request.threadIds !== undefined) {
      assertCount(Math.max(1, request.threadIds.length), 'The number of threads', 1_000)
      return (await reader.openMany(actor, request.threadIds)).flatMap((one) => (one ? [one.thread.id] : []))
    }
    const own: string[] = []
    for await (const { value } of scan(store, names.threadsOf(actor.userId), { pageSize: 1_000 }))
      own.push(asRecord<RecencyRecord>(value).threadId)
    return own
  }

  /** Reads what the index proposes, with the actor's rights and filters; what is gone, changed or hidden drops out. */
  async function confirm(
    actor: Actor,
    request: SearchRequest,
    found: readonly SearchHit[],
    accept: Accept,
  ): Promise<Confirmed[]> {
    const hits = found.map((hit) => ({
      hit,
      threadId: fromIndexId(hit.threadId),
      messageId: fromIndexId(hit.messageId),
    }))
    const terms = searchTerms(request.query)
    const threadIds = [...new Set(hits.map(({ threadId }) => threadId))]
    const [opened, entries] = await Promise.all([
      request.anyUser
        ? liveThreads(threadIds)
        : reader.openMany(actor, threadIds).then((all) => new Set(threadIds.filter((_, i) => all[i] !== undefined))),
      store.get(hits.map(({ threadId, hit }) => at(names.messages(threadId), seqKey(hit.seq)))),
    ])
    return hits.flatMap(({ hit, threadId, messageId }, i) => {
      const entry = entries[i]
      const record = entry && asRecord<MessageRecord>(entry.value)
      if (!record || record.id !== messageId || !opened.has(threadId) || !accept(record)) return []
      // Edited since it was indexed, it may be found by words that it no longer has.
      if (record.editedAt !== undefined && scoreMatch(foldText(kinds.searchText(record)).text, terms) === 0) return []
      return [{ hit, record, message: toMessage(record, entry.version) }]
    })
  }

  async function liveThreads(threadIds: readonly string[]): Promise<ReadonlySet<string>> {
    const entries = await store.get(threadIds.map((id) => at(names.threads, token(id))))
    return new Set(threadIds.filter((_, i) => entries[i] !== undefined && entries[i].value['deletedAt'] === undefined))
  }

  async function messages(actor: Actor, request: SearchRequest): Promise<SearchAnswer> {
    if (!search)
      throw new ThreadkeepError('UNSUPPORTED', 'There is no search index: give createThreadkeep one (`search`).')
    const {
      query,
      roles,
      kinds: kindNames,
      from,
      to,
      minRelevanceScore,
      limit = defaultLimit,
      context: around = 0,
    } = request
    const userIds = request.userIds?.map((id) => normalId(id, 'user id'))
    if (typeof query !== 'string' || !query.isWellFormed() || query.length > maxQueryLength)
      throw new ThreadkeepError('INVALID', `A query is a text of at most ${maxQueryLength} characters.`)
    assertCount(limit, 'The number of results', context.limits.maxPageSize)
    if (!Number.isInteger(around) || around < 0 || around > maxContext)
      throw new ThreadkeepError('INVALID_LIMIT', `context is a whole number from 0 to ${maxContext}.`)
    if (minRelevanceScore !== undefined && !(minRelevanceScore >= 0 && minRelevanceScore <= 1))
      throw new ThreadkeepError('INVALID', 'minRelevanceScore is a number from 0 to 1.')
    if (request.anyUser) {
      requireScope(actor, 'search:any')
      await recordAudit(context, actor, {
        action: 'search.any',
        details: { threads: request.threadIds?.length ?? null },
      })
    }
    const accept = acceptFor(actor, kinds, {
      ...(userIds && { authorIds: userIds }),
      ...(roles && { roles }),
      ...(kindNames && { kinds: kindNames }),
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    })
    const { after, limit: _, context: __, ...bound } = request
    const scope = `search:${token(actor.userId)}:${filterKey(bound as object)}`
    const cursors = await context.cursors()
    let position = after === undefined ? undefined : positionFrom(cursors.decode(scope, after))
    const [threadIds, through] = await Promise.all([threadsFor(actor, request), oldestWaiting(store, 'search')])
    const ask: SearchQuery = {
      text: query,
      limit: limit + 1,
      ...(threadIds && { threadIds: threadIds.map(indexId) }),
      ...(userIds && { authorIds: userIds.map(indexId) }),
      ...(roles && { roles }),
      ...(kindNames && { kinds: kindNames }),
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(minRelevanceScore !== undefined && { minScore: minRelevanceScore }),
    }
    const found: Confirmed[] = []
    while (threadIds?.length !== 0) {
      const hits = await search.query({ ...ask, ...(position && { after: position }) })
      found.push(...(await confirm(actor, request, hits, accept)))
      if (hits.length <= limit || found.length > limit) break
      position = hits[hits.length - 1]!
    }
    const shown = found.slice(0, limit)
    const results = await Promise.all(shown.map((one) => resultOf(one, query, around)))
    const last = shown[shown.length - 1]?.hit
    return {
      results,
      ...(found.length > limit &&
        last && { nextCursor: cursors.encode(scope, [last.score, last.createdAt, last.messageId, last.threadId]) }),
      ...(through !== undefined && { indexedThrough: through }),
    }
  }

  async function resultOf({ hit, record, message }: Confirmed, query: string, around: number): Promise<SearchResult> {
    const text = kinds.searchText(record)
    const [before, after] =
      around === 0
        ? [[], []]
        : await Promise.all([
            reads.collect(record.threadId, { before: seqKey(record.seq), reverse: true }, around, isNeighbour),
            reads.collect(record.threadId, { after: seqKey(record.seq) }, around, isNeighbour),
          ])
    // An edit that is not indexed yet: the marks belong into the text as it is now.
    const highlights: readonly Highlight[] =
      record.editedAt === undefined ? hit.highlights : markPlaces(text, searchTerms(query))
    return {
      message,
      threadId: record.threadId,
      relevanceScore: hit.score,
      text,
      highlights,
      before: before.reverse(),
      after,
    }
  }

  /** Neighbours are shown whoever wrote them: only what is deleted or hidden stays out. */
  function isNeighbour(record: MessageRecord): boolean {
    return record.deletedAt === undefined && !kinds.isHidden(record.kind)
  }

  return { messages }
}

function positionFrom([score, createdAt, messageId, threadId]: readonly Json[]): SearchPosition {
  return {
    score: score as number,
    createdAt: createdAt as number,
    messageId: messageId as string,
    threadId: threadId as string,
  }
}
