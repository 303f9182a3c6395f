import type { Json, JsonObject } from '../store/types.ts'
import { type ConformanceCase, storeCase } from './conformance-case.ts'
import { ok, same } from './expect.ts'
import { at, commit, put, read, readValue } from './steps.ts'

const a = at('c', 'a')

/** Values that must come back as they went in. */
const roundTrips: Readonly<Record<string, JsonObject>> = {
  'an empty object': {},
  'null, booleans and empty containers': {
    none: null,
    yes: true,
    no: false,
    list: [],
    object: {},
    deep: [[], [{}], {}],
  },
  'whole numbers up to 2^53': { n: [0, 1, -1, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53 - 1, 2 ** 53, -(2 ** 53)] },
  'fractions and extremes': { n: [0.1, -0.5, 1 / 3, 1e21, 1e-7, 1e308, -1e308, Number.MAX_VALUE, Number.MIN_VALUE] },
  'whole numbers beyond 2^53': { n: [2 ** 60, 1e16, 123_456_789_012_345_680_000, 2 ** 1023] },
  'numbers and their look-alikes': {
    list: [1, '1', true, 'true', null, 'null', '', 0, '0', false, 'NaN', '1e5', '-0'],
  },
  'text in every script, emoji and joiners': {
    text: 'añ 中文 हिन्दी עברית 👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 e\u0301 \ufeff \u2028 \u2029 \ufffd \uffff \u{10ffff}',
  },
  'control characters and NUL': {
    text: '\u0000a\u0000\u0001\u001f\u007f\u0080\t\r\n\b\f',
    nul: '\u0000',
    many: '\u0000\u0000',
  },
  'quotes, slashes and escapes': {
    text: '"\'`\\ \\u0000 \\\\ \\n / </script> ${x} %s %00 {{}}',
    json: '{"a":[1,"\\""]}',
  },
  'text that looks like something else': {
    text: ['2024-01-01T00:00:00.000Z', 'ObjectId("0")', '/re/g', '$oid', '507f1f77bcf86cd799439011'],
  },
  'names a database might take for its own': {
    $where: '1',
    $set: { a: 1 },
    'a.b': 2,
    'a.b.c': { 'd.e': 3 },
    '.': 4,
    $: 5,
    _id: 6,
    id: 7,
    key: 8,
    value: { value: 9 },
    version: 10,
    expiresAt: 11,
    collection: 12,
    $oid: '507f1f77bcf86cd799439011',
    $date: 0,
    $numberLong: '1',
    _bsontype: 'ObjectId',
  },
  'names JavaScript knows': JSON.parse(
    '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"prototype":1,"toString":"x","valueOf":null,"hasOwnProperty":0,"length":3,"then":"x","toJSON":"x","inner":{"__proto__":[1]}}',
  ) as JsonObject,
  'odd names': {
    '': 'empty',
    ' ': 'space',
    'a b': 1,
    '\u0000': 'nul',
    'a\u0000b': 'nul',
    '\n': 2,
    '😀': 3,
    '0': 4,
    '-1': 5,
    '1': 6,
    中: { '': {} },
  },
  'mixed lists': { list: [1, 'a', null, true, [1, [2, [3]]], { a: [{ b: [] }] }, '', {}] },
  'objects that differ only in their names': { list: [{ a: 1 }, { A: 1 }, { 'a ': 1 }, { á: 1 }, { 'a\u0301': 1 }] },
}

/** What values keep on their way in and out. */
export const valueCases: readonly ConformanceCase[] = [
  ...Object.entries(roundTrips).map(([what, value]) =>
    storeCase(`values come back as they went in: ${what}`, async (store) => {
      await commit(store, put(a, value), put(at('c', 'nested'), { in: [{ here: value }] }))
      same(await readValue(store, a), value, 'as a record')
      same(await readValue(store, at('c', 'nested')), { in: [{ here: value }] }, 'nested')
      same(
        (await store.list('c', { limit: 2 })).map((entry) => entry.value),
        [value, { in: [{ here: value }] }],
        'listed',
      )
      ok(({} as { polluted?: unknown }).polluted === undefined, 'and nothing leaks into other objects')
    }),
  ),
  storeCase('names such as __proto__ are plain data of the object that holds them', async (store) => {
    await commit(store, put(a, JSON.parse('{"__proto__":{"admin":true},"deep":{"__proto__":null}}') as JsonObject))
    const value = (await readValue(store, a))!
    ok(Object.hasOwn(value, '__proto__') && Object.hasOwn(value['deep'] as object, '__proto__'), 'they are own names')
    ok(value['admin'] === undefined, 'and lend nothing to the object')
    ok(Object.getPrototypeOf(value) === Object.prototype, 'whose prototype is the ordinary one')
  }),
  storeCase('-0 comes back as 0 or -0', async (store) => {
    await commit(store, put(a, { n: -0, list: [-0] }))
    same(await readValue(store, a), { n: 0, list: [0] }, 'a zero either way')
  }),
  storeCase('objects without a prototype are plain objects', async (store) => {
    const bare = Object.assign(Object.create(null) as { [name: string]: Json }, {
      n: 1,
      inner: Object.create(null) as JsonObject,
    })
    await commit(store, put(a, bare))
    same(await readValue(store, a), { n: 1, inner: {} }, 'and come back as such')
  }),
  storeCase('values nest 128 levels deep', async (store) => {
    let value: JsonObject = { end: true }
    for (let depth = 1; depth < 128; depth++) value = depth % 2 === 0 ? { next: value } : { list: value }
    await commit(store, put(a, value))
    same(await readValue(store, a), value, 'objects')
    let list: Json = []
    for (let depth = 2; depth < 128; depth++) list = [list]
    await commit(store, put(a, { list }))
    same(await readValue(store, a), { list }, 'arrays')
  }),
  storeCase('values of a megabyte come back whole', async (store) => {
    const value = {
      text: 'ab😀\u0000"'.repeat(100_000),
      list: Array.from({ length: 20_000 }, (_, n) => ({ n, name: `item ${n}` })),
    }
    await commit(store, put(a, value))
    same(await readValue(store, a), value, 'every character')
  }),
  storeCase('objects with thousands of names come back whole', async (store) => {
    const value = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`name ${(n * 7919) % 5_000}`, n]))
    await commit(store, put(a, value))
    same(await readValue(store, a), value, 'every name')
  }),
  storeCase('nothing the caller changes after a call changes what is stored', async (store) => {
    const value = { n: 1, inner: { list: [1, { deep: true }] } }
    const address = { collection: 'c', key: 'a' }
    const changes = [put(address, value), put(at('c', 'b'), { n: 2 })]
    const pending = store.commit(changes)
    value.n = 99
    value.inner.list.push(2)
    ;(value.inner.list[1] as { deep: boolean }).deep = false
    address.key = 'elsewhere'
    changes.length = 0
    ok((await pending).ok, 'the commit happens as it was when it was called')
    same(await readValue(store, a), { n: 1, inner: { list: [1, { deep: true }] } }, 'the value as it was')
    same(await readValue(store, at('c', 'b')), { n: 2 }, 'every change of it')
    same(await readValue(store, at('c', 'elsewhere')), undefined, 'at the address as it was')
  }),
  storeCase('nothing the caller changes while it waits changes what it asked', async (store) => {
    await commit(store, put(a, { n: 1 }), put(at('c', 'b'), { n: 2 }))
    const asked = [{ collection: 'c', key: 'a' }]
    const range = { limit: 1, after: 'a' }
    const got = store.get(asked)
    const listed = store.list('c', range)
    asked[0]!.key = 'b'
    asked.push({ collection: 'c', key: 'b' })
    range.limit = 10
    range.after = ' '
    same(
      (await got).map((entry) => entry?.value),
      [{ n: 1 }],
      'get answers the question as it was',
    )
    same(
      (await listed).map((entry) => entry.value),
      [{ n: 2 }],
      'and so does list',
    )
  }),
  storeCase('nothing the caller changes in an answer changes what others read', async (store) => {
    const value = { n: 1, inner: { list: [1, 2] }, list: [{ deep: [1] }] }
    await commit(store, put(a, value))
    const first = (await read(store, a))!
    const [listed] = await store.list('c', { limit: 1 })
    for (const entry of [first, listed!]) {
      const mine = entry.value as { n: number; inner: { list: number[] }; list: { deep: number[] }[]; extra?: boolean }
      mine.n = 99
      mine.inner.list.length = 0
      mine.list[0]!.deep.push(2)
      mine.extra = true
      ;(entry as { version: string }).version = 'mine'
    }
    same(await readValue(store, a), value, 'get')
    same(
      (await store.list('c', { limit: 1 })).map((entry) => entry.value),
      [value],
      'list',
    )
    ok((await read(store, a))!.version !== ('mine' as string), 'and the version is the old one')
  }),
  storeCase('one object put under two keys is two records', async (store) => {
    const shared = { list: [1] }
    await commit(store, put(a, { shared, twice: shared }), put(at('c', 'b'), { shared }))
    const first = (await readValue(store, a)) as { shared: { list: number[] }; twice: { list: number[] } }
    first.shared.list.push(2)
    same(first.twice, { list: [1] }, 'within one answer')
    same(await readValue(store, at('c', 'b')), { shared: { list: [1] } }, 'and between records')
  }),
  storeCase('frozen input is fine', async (store) => {
    const value = Object.freeze({ list: Object.freeze([1, Object.freeze({ a: 1 })]) })
    ok((await store.commit(Object.freeze([Object.freeze(put(Object.freeze(a), value))]))).ok, 'it is only read')
    same(await readValue(store, a), value, 'and stored')
  }),
]
