import type { SearchIndex } from '../../ports/search-index.ts'
import { manualClock } from '../../store/clock.ts'
import { rejects, same } from '../expect.ts'
import type { SearchCase } from './search-case.ts'
import { doc, file, hits, ids, longAgo, searchCase } from './search-case.ts'

const hour = 3_600_000

/** What `apply` does, and when a document is no longer there. */
export const changeCases: readonly SearchCase[] = [
  searchCase('put replaces the document of the same thread and message, and only that', async (index) => {
    await file(index, doc('a', 'first words', { seq: 1 }), doc('a', 'first words', { threadId: 'u' }))
    await file(index, doc('a', 'second words', { seq: 2, authorId: 'bob', role: 'assistant' }))
    same(await ids(index, 'first'), ['a'], 'the old text is gone')
    same((await hits(index, 'first'))[0]?.threadId, 'u', 'but not the one of another thread')
    const [found] = await hits(index, 'second', { authorIds: ['bob'], roles: ['assistant'] })
    same(found?.seq, 2, 'with all that belongs to it')
    same((await ids(index, 'words')).length, 2, 'and no trace of the old one')
  }),
  searchCase('a document may move in time', async (index) => {
    await file(index, doc('a', 'word'), doc('b', 'word', { createdAt: longAgo + 1 }))
    await file(index, doc('a', 'word', { createdAt: longAgo + hour }))
    same(await ids(index, 'word'), ['a', 'b'], 'forward')
    await file(
      index,
      doc('a', 'word moved', { createdAt: longAgo - hour }),
      doc('b', 'word', { createdAt: longAgo + 2 }),
    )
    same(await ids(index, 'word'), ['b', 'a'], 'and back')
    same((await hits(index, 'word'))[0]?.createdAt, longAgo + 2, 'by the millisecond')
  }),
  searchCase('any whole number is a time', async (index) => {
    const times = [-8.64e15, -1, 0, 1, 999, 1_000, 4_102_444_800_000, 8.64e15]
    await file(index, ...times.map((createdAt, n) => doc(`m${n}`, 'word', { createdAt })))
    same(await ids(index, 'word'), ['m7', 'm6', 'm5', 'm4', 'm3', 'm2', 'm1', 'm0'], 'in their order')
    same(await ids(index, 'word', { from: -1, to: 1_000 }), ['m4', 'm3', 'm2', 'm1'], 'also between two')
  }),
  searchCase('delete and deleteThread remove, and removing what is not there is fine', async (index) => {
    await file(index, doc('a', 'word'), doc('b', 'word'), doc('c', 'word', { threadId: 'u' }))
    await index.apply([
      { type: 'delete', threadId: 't', messageId: 'a' },
      { type: 'delete', threadId: 't', messageId: 'nothing' },
      { type: 'deleteThread', threadId: 'nothing' },
    ])
    same(await ids(index, 'word'), ['c', 'b'], 'after delete')
    await index.apply([{ type: 'deleteThread', threadId: 't' }])
    same(await ids(index, 'word'), ['c'], 'after deleteThread')
    await file(index, doc('a', 'word'))
    same(await ids(index, 'word'), ['c', 'a'], 'and what comes back is there')
  }),
  searchCase('changes happen in their order', async (index) => {
    const put = (text: string) => ({ type: 'put', document: doc('a', text) }) as const
    await index.apply([put('one'), { type: 'delete', threadId: 't', messageId: 'a' }, put('two'), put('three')])
    same(await ids(index, 'one two three'), ['a'], 'the last one stays')
    same((await hits(index, 'one two three'))[0]?.highlights, [{ start: 0, end: 5 }], 'with its text')
    await index.apply([put('four'), { type: 'deleteThread', threadId: 't' }])
    same(await ids(index, 'four'), [], 'a delete at the end removes')
  }),
  searchCase('applying the same changes again changes nothing', async (index) => {
    const changes = [
      { type: 'put', document: doc('a', 'red blue') },
      { type: 'put', document: doc('b', 'red') },
      { type: 'delete', threadId: 't', messageId: 'b' },
    ] as const
    await index.apply(changes)
    const first = await hits(index, 'red blue')
    for (let n = 0; n < 3; n++) await index.apply(changes)
    same(await hits(index, 'red blue'), first, 'the same answer')
  }),
  searchCase('many calls at once all happen', async (index) => {
    const calls = Array.from({ length: 40 }, (_, n) =>
      file(index, doc(`m${n}`, 'word'), doc('shared', `word number${n}`)),
    )
    await Promise.all(calls)
    same((await ids(index, 'word')).length, 41, 'every document, the shared one once')
    same(await ids(index, 'number39'), ['shared'], 'the last call wins')
  }),
  searchCase('nothing a caller does afterwards changes what is filed', async (index) => {
    const document = { ...doc('a', 'before') }
    const changes = [{ type: 'put' as const, document }]
    const filing = index.apply(changes)
    Object.assign(document, { text: 'after', messageId: 'z' })
    changes.length = 0
    await filing
    Object.assign(document, { text: 'after', messageId: 'z' })
    same([await ids(index, 'before'), await ids(index, 'after')], [['a'], []], 'the document as it was given')
  }),
  searchCase('a document is not found from its expiry on, whether or not anybody removed it', async (index, clock) => {
    const now = clock.now()
    await file(
      index,
      doc('later', 'word', { expiresAt: now + 2 * hour }),
      doc('soon', 'word', { expiresAt: now + hour }),
      doc('past', 'word', { expiresAt: now }),
      doc('never', 'word'),
    )
    same((await ids(index, 'word')).toSorted(), ['later', 'never', 'soon'], 'at first')
    clock.advance(hour)
    same((await ids(index, 'word')).toSorted(), ['later', 'never'], 'an hour later, to the millisecond')
    await file(index, doc('later', 'word'))
    clock.advance(5 * hour)
    same((await ids(index, 'word')).toSorted(), ['later', 'never'], 'a put without expiry clears an old one')
  }),
  searchCase('bad changes and queries are refused, and nothing is written', async (index) => {
    const good = { type: 'put', document: doc('a', 'word') }
    const bad: unknown[] = [
      null,
      { type: 'move' },
      { type: 'put' },
      { type: 'delete', threadId: 't' },
      { type: 'deleteThread', threadId: 1 },
      { type: 'put', document: doc('b\0', 'word') },
      ...['threadId', 'messageId', 'authorId', 'role', 'kind', 'text', 'seq', 'createdAt'].map((name) => ({
        type: 'put',
        document: { ...doc('b', 'word'), [name]: undefined },
      })),
      { type: 'put', document: { ...doc('b', 'word'), createdAt: 1.5 } },
      { type: 'put', document: { ...doc('b', 'word'), expiresAt: Number.NaN } },
      { type: 'put', document: { ...doc('b', 'word'), text: '\ud800' } },
    ]
    for (const change of bad) {
      await rejects(() => index.apply([good, change] as never), 'INVALID', JSON.stringify(change))
    }
    same(await ids(index, 'word'), [], 'not even the good one beside it')
    const base = { text: 'word', limit: 10 }
    const queries: unknown[] = [
      null,
      { limit: 10 },
      { ...base, minScore: 2 },
      { ...base, from: 'x' },
      { ...base, to: Number.NaN },
    ]
    queries.push({ ...base, threadIds: 't' }, { ...base, roles: [1] }, { ...base, after: {} }, { ...base, after: null })
    for (const query of queries) await rejects(() => index.query(query as never), 'INVALID', JSON.stringify(query))
    for (const limit of [0, -1, 1.5, 1_001, Number.NaN, '5', undefined]) {
      await rejects(() => index.query({ text: 'word', limit } as never), 'INVALID_LIMIT', `limit ${limit}`)
    }
  }),
  searchCase('no changes are no change, and a call nobody waits for does not begin', async (index) => {
    await index.apply([])
    const options = { signal: AbortSignal.abort() }
    await rejects(() => index.apply([{ type: 'put', document: doc('a', 'word') }], options), 'ABORTED', 'apply')
    await rejects(() => index.query({ text: 'word', limit: 1 }, options), 'ABORTED', 'query')
    same(await ids(index, 'word'), [], 'nothing was written')
  }),
  {
    name: 'close may be called again, and afterwards every call rejects',
    async run(fixture) {
      const index: SearchIndex = await fixture.open(manualClock())
      const filed = file(index, doc('a', 'word'))
      await index.close()
      await filed
      await index.close()
      await index[Symbol.asyncDispose]()
      await rejects(() => index.apply([]), 'CLOSED', 'apply')
      await rejects(() => index.query({ text: 'word', limit: 1 }), 'CLOSED', 'query')
    },
  },
]
