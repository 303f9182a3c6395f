import { type ConformanceCase, hour, storeCase } from './conformance-case.ts'
import { same } from './expect.ts'
import { at, commit, del, keys, put, seed } from './steps.ts'

const letters = ['a', 'b', 'c', 'd', 'e']

// In order of their UTF-8 bytes; by UTF-16 units the emoji would come before U+E000, U+FF21 and U+FFFD.
const ordered = [
  ...[
    ' ',
    '!',
    '#',
    '0',
    '10',
    '9',
    'A',
    'B',
    'Z',
    '_',
    'a',
    'a ',
    'a!',
    'aa',
    'ab',
    'b',
    '~',
    '\u00a0',
    'ß',
    'é',
    'ÿ',
  ],
  ...['\u0100', '\u07ff', '\u0800', 'あ', '中', '\ud7ff', '\ue000', '\uff21', '\ufffd', '\u{10000}', '😀', '😀!', '😁'],
  '\u{10ffff}',
]

/** What `list` guarantees. */
export const listCases: readonly ConformanceCase[] = [
  storeCase('list is in key order by UTF-8 bytes, whatever the order of writing', async (store) => {
    await seed(store, 'c', [
      ...ordered.filter((_, n) => n % 2 === 0).toReversed(),
      ...ordered.filter((_, n) => n % 2 === 1),
    ])
    same(await keys(store, 'c'), ordered, 'an emoji sorts after U+FFFD')
    same(await keys(store, 'c', { reverse: true }), ordered.toReversed(), 'in reverse')
  }),
  storeCase('list starts after and stops before any position, also between surrogates', async (store) => {
    await seed(store, 'c', ordered)
    for (let n = 0; n < ordered.length; n++) {
      same(await keys(store, 'c', { after: ordered[n]! }), ordered.slice(n + 1), `after ${ordered[n]}`)
      same(await keys(store, 'c', { before: ordered[n]! }), ordered.slice(0, n), `before ${ordered[n]}`)
    }
  }),
  storeCase('bounds are exclusive, forwards and in reverse', async (store) => {
    await seed(store, 'c', letters)
    same(await keys(store, 'c', { after: 'b' }), ['c', 'd', 'e'], 'after')
    same(await keys(store, 'c', { before: 'd' }), ['a', 'b', 'c'], 'before')
    same(await keys(store, 'c', { after: 'a', before: 'e' }), ['b', 'c', 'd'], 'both')
    same(await keys(store, 'c', { after: 'a', before: 'e', reverse: true }), ['d', 'c', 'b'], 'both, in reverse')
    same(await keys(store, 'c', { after: 'b', before: 'c' }), [], 'nothing between neighbours')
    same(await keys(store, 'c', { after: 'c', before: 'c' }), [], 'nothing between a key and itself')
    same(await keys(store, 'c', { after: 'd', before: 'b' }), [], 'nothing between bounds that cross')
    same(await keys(store, 'c', { after: 'd', before: 'b', reverse: true }), [], 'nor in reverse')
  }),
  storeCase('a bound need not name a record', async (store) => {
    await seed(store, 'c', ['b', 'd'])
    same(await keys(store, 'c', { after: 'a' }), ['b', 'd'], 'before the first')
    same(await keys(store, 'c', { after: 'c' }), ['d'], 'in a gap')
    same(await keys(store, 'c', { after: 'b!' }), ['d'], 'just after a record')
    same(await keys(store, 'c', { after: 'z' }), [], 'past the last')
    same(await keys(store, 'c', { before: 'c', reverse: true }), ['b'], 'in reverse')
    same(await keys(store, 'c', { before: 'a' }), [], 'before everything')
    await commit(store, del(at('c', 'b')))
    same(await keys(store, 'c', { after: 'b' }), ['d'], 'a position whose record was deleted still works')
  }),
  storeCase('limit cuts at the end the walk reaches last', async (store) => {
    await seed(store, 'c', letters)
    same(await keys(store, 'c', { limit: 2 }), ['a', 'b'], 'forwards')
    same(await keys(store, 'c', { limit: 2, reverse: true }), ['e', 'd'], 'in reverse')
    same(await keys(store, 'c', { limit: 1, after: 'b' }), ['c'], 'with a bound')
    same(await keys(store, 'c', { limit: 5 }), letters, 'as many as there are')
    same(await keys(store, 'c', { limit: 10_000 }), letters, 'fewer than asked for')
  }),
  storeCase('pages joined by their last key are the whole collection', async (store) => {
    const names = Array.from({ length: 257 }, (_, n) => `k${String(n * 7).padStart(5, '0')}`)
    await seed(store, 'c', names)
    for (const reverse of [false, true]) {
      const seen: string[] = []
      for (;;) {
        const last = seen.at(-1)
        const position = last === undefined ? {} : reverse ? { before: last } : { after: last }
        const page = await keys(store, 'c', { ...position, reverse, limit: 20 })
        if (page.length === 0) break
        seen.push(...page)
      }
      same(seen, reverse ? names.toReversed() : names, 'each key once, in order')
    }
  }),
  storeCase('a prefix is plain text: no wildcard, no pattern', async (store) => {
    const names = ['%a', '*a', '.a', '?a', '[ab]', '\\a', '^a', '_a', 'a', 'a%', 'a*', 'ab', 'b', '{a}']
    await seed(store, 'c', names)
    for (const prefix of ['%', '*', '.', '?', '[', '\\', '^', '_', 'a', 'a%', 'a*', 'ab', '{', 'none']) {
      const expected = names.filter((name) => name.startsWith(prefix))
      same(await keys(store, 'c', { prefix }), expected, `prefix ${prefix}`)
      same(await keys(store, 'c', { prefix, reverse: true }), expected.toReversed(), `prefix ${prefix} in reverse`)
    }
    same(await keys(store, 'c', { prefix: '' }), names, 'an empty prefix is no prefix')
  }),
  storeCase('a prefix ends exactly where it ends, at every edge of Unicode', async (store) => {
    const stems = [
      'a',
      'az',
      'a~',
      'é',
      '\ud7ff',
      '\ue000',
      '\uffff',
      '😀',
      '\u{10ffff}',
      '\u{10ffff}\u{10ffff}',
      'a\u{10ffff}',
    ]
    const names = stems.flatMap((stem) => [stem, `${stem}!`, `${stem}\uffff`, `${stem}\u{10ffff}`])
    await seed(store, 'c', [...new Set(names)])
    const all = await keys(store, 'c')
    for (const prefix of stems) {
      const expected = all.filter((name) => name.startsWith(prefix))
      same(await keys(store, 'c', { prefix }), expected, 'forwards')
      same(await keys(store, 'c', { prefix, reverse: true }), expected.toReversed(), 'in reverse')
    }
  }),
  storeCase('a prefix and bounds narrow together', async (store) => {
    await seed(store, 'c', ['a', 'b', 'b1', 'b2', 'b3', 'c'])
    same(await keys(store, 'c', { prefix: 'b', after: 'b1' }), ['b2', 'b3'], 'after inside the prefix')
    same(await keys(store, 'c', { prefix: 'b', after: 'a' }), ['b', 'b1', 'b2', 'b3'], 'after below the prefix')
    same(await keys(store, 'c', { prefix: 'b', after: 'c' }), [], 'after above the prefix')
    same(await keys(store, 'c', { prefix: 'b', before: 'b2' }), ['b', 'b1'], 'before inside the prefix')
    same(await keys(store, 'c', { prefix: 'b', before: 'z' }), ['b', 'b1', 'b2', 'b3'], 'before above the prefix')
    same(await keys(store, 'c', { prefix: 'b', before: 'a' }), [], 'before below the prefix')
    same(await keys(store, 'c', { prefix: 'b', after: 'b' }), ['b1', 'b2', 'b3'], 'after the prefix itself')
    same(
      await keys(store, 'c', { prefix: 'b', after: 'b', before: 'b3', reverse: true, limit: 1 }),
      ['b2'],
      'all of it at once',
    )
  }),
  storeCase('list answers its own collection only', async (store) => {
    await seed(store, 'room', ['a'])
    await seed(store, 'room:1', ['b'])
    await seed(store, 'roo', ['c'])
    await seed(store, 'rooma', ['d'])
    same(await keys(store, 'room'), ['a'], 'not its neighbours')
    same(await keys(store, 'nowhere'), [], 'an unknown collection is empty')
    same(
      (await store.list('room:1', { limit: 9 })).map((entry) => entry.collection),
      ['room:1'],
      'and says so',
    )
  }),
  storeCase('expired records never take up room in a limit', async (store, clock) => {
    const mortal = Array.from({ length: 40 }, (_, n) => `k${n + 10}`)
    await commit(store, ...mortal.map((key) => put(at('c', key), {}, clock.now() + hour)))
    await seed(store, 'c', ['k00', 'k99', 'z'])
    clock.advance(hour)
    same(await keys(store, 'c', { limit: 2 }), ['k00', 'k99'], 'forwards')
    same(await keys(store, 'c', { limit: 3, reverse: true }), ['z', 'k99', 'k00'], 'in reverse')
    same(await keys(store, 'c', { limit: 1, after: 'k00', prefix: 'k' }), ['k99'], 'with bounds')
  }),
  storeCase('list follows puts and deletes in any order', async (store) => {
    const live = new Set<string>()
    for (let n = 0; n < 150; n++) {
      const name = `k${(n * 37) % 61}`
      if (live.delete(name)) await commit(store, del(at('c', name)))
      else {
        live.add(name)
        await commit(store, put(at('c', name), { n }))
      }
      if (n % 10 === 0) same(await keys(store, 'c'), [...live].toSorted(), `after ${n + 1} changes`)
    }
    same(await keys(store, 'c', { reverse: true }), [...live].toSorted().toReversed(), 'in the end')
  }),
]
