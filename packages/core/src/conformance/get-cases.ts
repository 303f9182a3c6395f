import { type ConformanceCase, hour, storeCase } from './conformance-case.ts'
import { ok, same } from './expect.ts'
import { at, commit, put, read, seed } from './steps.ts'

/** What `get` guarantees. */
export const getCases: readonly ConformanceCase[] = [
  storeCase('get answers in the order and length of what was asked', async (store) => {
    await seed(store, 'c', ['a', 'b', 'c'])
    await seed(store, 'd', ['b'])
    const asked = [at('c', 'c'), at('c', 'missing'), at('d', 'b'), at('c', 'a'), at('nowhere', 'a'), at('c', 'b')]
    const answer = await store.get(asked)
    same(
      answer.map((entry) => entry && [entry.collection, entry.key]),
      [['c', 'c'], undefined, ['d', 'b'], ['c', 'a'], undefined, ['c', 'b']],
      'each address is answered at its own place',
    )
  }),
  storeCase('get answers an address asked twice twice, with separate copies', async (store) => {
    await commit(store, put(at('c', 'k'), { list: [1] }))
    const [first, missing, second] = await store.get([at('c', 'k'), at('c', 'none'), at('c', 'k')])
    ok(first && second && !missing, 'both occurrences are answered')
    ;(first.value['list'] as number[]).push(2)
    same(second.value, { list: [1] }, 'changing one answer leaves the other alone')
  }),
  storeCase('get of nothing answers nothing', async (store) => {
    same(await store.get([]), [], 'an empty question has an empty answer')
  }),
  storeCase(
    'an entry carries its address, value and version, and an expiry only if it has one',
    async (store, clock) => {
      const until = clock.now() + hour
      const version = await commit(store, put(at('c', 'plain'), { a: 1 }), put(at('c', 'mortal'), { b: 2 }, until))
      same(await read(store, at('c', 'plain')), { collection: 'c', key: 'plain', value: { a: 1 }, version }, 'plain')
      same(
        await read(store, at('c', 'mortal')),
        { collection: 'c', key: 'mortal', value: { b: 2 }, version, expiresAt: until },
        'with an expiry, to the millisecond',
      )
      const listed = await store.list('c', { limit: 2 })
      same(listed, await store.get([at('c', 'mortal'), at('c', 'plain')]), 'list answers the same entries as get')
      ok(!('expiresAt' in listed[1]!), 'an entry that never expires has no expiresAt at all')
    },
  ),
  storeCase('get answers a thousand addresses in one call', async (store) => {
    const names = Array.from({ length: 1_000 }, (_, n) => `k${n}`)
    await seed(store, 'c', names)
    const answer = await store.get(names.toReversed().map((key) => at('c', key)))
    same(
      answer.map((entry) => entry?.value['n']),
      names.map((_, n) => 999 - n),
      'all of them, in the order asked',
    )
  }),
  storeCase('names are told apart byte by byte', async (store) => {
    const names = [
      ...['a', 'A', 'á', 'a\u0301', 'ａ', 'ß', 'ss', 'ẞ', 'i', 'ı', 'İ', 'I', '1', '01', '1.0', ' ', '  ', 'a ', ' a'],
      ...[
        '%',
        '_',
        '*',
        '?',
        '[a]',
        '^a$',
        '.',
        '..',
        '/',
        '\\',
        '"',
        "'",
        '`',
        '{a}',
        '$',
        '#',
        '--',
        ';',
        'null',
        'undefined',
      ],
      ...[
        '__proto__',
        'constructor',
        'toString',
        'hasOwnProperty',
        'length',
        '$where',
        'a.b',
        '👍',
        '👍🏽',
        '\ufffd',
        '\u200b',
      ],
    ]
    await seed(store, 'c', names)
    await Promise.all(names.map((name, n) => commit(store, put(at(name, 'k'), { n }))))
    const answer = await store.get([...names.map((name) => at('c', name)), ...names.map((name) => at(name, 'k'))])
    same(
      answer.map((entry) => entry && [entry.collection, entry.key, entry.value['n']]),
      [...names.map((name, n) => ['c', name, n]), ...names.map((name, n) => [name, 'k', n])],
      'each name, as collection and as key, is a record of its own',
    )
  }),
  storeCase('a collection and a key are never ambiguous when joined', async (store) => {
    const pairs = [':', '/', '\\', '.', '|', '%', ' ', '-', '\\:', '%3A', '}', '{'].flatMap((joint) => [
      at(`a${joint}b`, 'c'),
      at('a', `b${joint}c`),
      at(`a${joint}`, 'b'),
      at('a', `${joint}b`),
      at(`a${joint}${joint}b`, 'c'),
      at('a', `b${joint}${joint}c`),
    ])
    await commit(store, ...pairs.map((address, n) => put(address, { n })))
    const answer = await store.get(pairs)
    same(
      answer.map((entry) => entry?.value['n']),
      pairs.map((_, n) => n),
      'each pair is a record of its own',
    )
  }),
  storeCase('a read sees every commit that was answered before it', async (store) => {
    for (let n = 0; n < 30; n++) {
      await commit(store, put(at('c', 'k'), { n }))
      same((await read(store, at('c', 'k')))?.value, { n }, 'get sees the last commit')
      same((await store.list('c', { limit: 1 }))[0]?.value, { n }, 'list sees the last commit')
    }
  }),
]
