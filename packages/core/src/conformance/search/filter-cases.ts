import { same } from '../expect.ts'
import type { SearchCase } from './search-case.ts'
import { doc, file, hits, ids, longAgo, searchCase } from './search-case.ts'

const day = 86_400_000

const some = [
  doc('a', 'word', { createdAt: longAgo }),
  doc('b', 'word', { createdAt: longAgo + day, authorId: 'bob', role: 'assistant' }),
  doc('c', 'word', { createdAt: longAgo + 2 * day, threadId: 'u', kind: 'task' }),
  doc('d', 'word', { createdAt: longAgo + 3 * day, threadId: 'v', authorId: 'bob', kind: 'task' }),
]

/** What filters leave, and which documents are looked at when there are very many. */
export const filterCases: readonly SearchCase[] = [
  searchCase('each filter narrows, an empty list finds nothing, and all of them hold together', async (index) => {
    await file(index, ...some)
    same(await ids(index, 'word', { threadIds: ['u', 't', 'u', 'nothing'] }), ['c', 'b', 'a'], 'threads')
    same(await ids(index, 'word', { authorIds: ['bob'] }), ['d', 'b'], 'authors')
    same(await ids(index, 'word', { roles: ['assistant', 'system'] }), ['b'], 'roles')
    same(await ids(index, 'word', { kinds: ['task'] }), ['d', 'c'], 'kinds')
    same(
      await ids(index, 'word', { from: longAgo + day, to: longAgo + 3 * day }),
      ['c', 'b'],
      'from here to before there',
    )
    same(
      await ids(index, 'word', { from: longAgo + day + 0.5, to: longAgo + 3 * day + 0.5 }),
      ['d', 'c'],
      'to a part of it',
    )
    same(await ids(index, 'word', { from: longAgo + 4 * day }), [], 'after everything')
    const all = { threadIds: ['v', 't'], authorIds: ['bob'], kinds: ['task'], roles: ['user'], from: longAgo }
    same(await ids(index, 'word', all), ['d'], 'together')
    for (const name of ['threadIds', 'authorIds', 'roles', 'kinds'] as const) {
      same(await ids(index, 'word', { [name]: [] }), [], `no ${name}`)
    }
  }),
  searchCase('ids of any form are told apart and never mixed up', async (index) => {
    const odd = ['a', 'A', 'á', 'a ', "a'b", 'a"b', 'a,b', '[a]', '%', '\n', '__proto__', '', '日本', 'a:b']
    await file(index, ...odd.map((threadId, n) => doc(`m${n}`, 'word', { threadId, authorId: threadId })))
    await file(index, doc('b:c', 'word', { threadId: 'a' }), doc('c', 'word', { threadId: 'a:b' }))
    for (const [n, id] of odd.entries()) {
      const found = await hits(index, 'word', { threadIds: [id], authorIds: [id] })
      same(
        found.map((hit) => [hit.threadId, hit.messageId]),
        [[id, `m${n}`]],
        `the thread ${JSON.stringify(id)}`,
      )
    }
    same((await ids(index, 'word', { threadIds: ['a', 'a:b'] })).toSorted(), ['b:c', 'c', 'm0', 'm13'], 'joined alike')
  }),
  searchCase('thousands of threads may be asked for', async (index) => {
    await file(index, ...Array.from({ length: 60 }, (_, n) => doc(`m${n}`, 'word', { threadId: `thread-${n * 100}` })))
    const threadIds = Array.from({ length: 3_000 }, (_, n) => `thread-${n}`)
    same((await ids(index, 'word', { threadIds })).length, 30, 'those among them')
  }),
  searchCase('a common word is looked for in the newest thousand, to the document', async (index) => {
    const texts = (n: number) => (n % 7 === 0 ? 'common' : 'a common one among many')
    const documents = Array.from({ length: 1_300 }, (_, n) => {
      // Blocks of one instant, so that the thousand ends inside one.
      return doc(`m${String(n).padStart(4, '0')}`, texts(n), { createdAt: longAgo + Math.floor(n / 130) * 500 })
    })
    await file(index, ...documents.toSorted((a, b) => (a.text < b.text ? 1 : -1)))
    const found = await ids(index, 'common', { limit: 1_000 })
    const newest = documents.slice(300).toReversed()
    const expected = [
      ...newest.filter(({ text }) => text === 'common'),
      ...newest.filter(({ text }) => text !== 'common'),
    ]
    same(
      found,
      expected.map(({ messageId }) => messageId),
      'best first, then newest',
    )
    same(await ids(index, 'comm', { limit: 1_000 }), found.toSorted(bestThenNewest(expected)), 'as a beginning, too')
    same((await ids(index, 'common', { to: longAgo + 500, limit: 1_000 })).length, 130, 'filters come first')
  }),
  searchCase('what few have is found among what everybody has', async (index) => {
    await file(
      index,
      ...Array.from({ length: 700 }, (_, n) => {
        return doc(`m${n}`, 'the common words', { threadId: `thread-${n % 5}`, createdAt: longAgo + n })
      }),
      doc('rare', 'the common words', { threadId: 'rare', authorId: 'rare', createdAt: longAgo - 1 }),
      doc('refund', 'about a refund', { createdAt: longAgo - 2 }),
    )
    same(await ids(index, 'common', { threadIds: ['rare'] }), ['rare'], 'one thread')
    same(await ids(index, 'common', { authorIds: ['rare'] }), ['rare'], 'one author')
    same(await ids(index, 'common words', { threadIds: ['rare'], authorIds: ['ann'] }), [], 'of neither')
    same((await ids(index, 'the refund'))[0], 'refund', 'a rare word beside a common one')
  }),
]

/** A score only moves within its band when the word is a beginning, so the order is that of `expected`. */
function bestThenNewest(expected: readonly { readonly messageId: string }[]): (a: string, b: string) => number {
  const place = new Map(expected.map(({ messageId }, n) => [messageId, n]))
  return (a, b) => place.get(a)! - place.get(b)!
}
