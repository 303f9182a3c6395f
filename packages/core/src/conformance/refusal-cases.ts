import { maxBatch, maxListLimit } from '../store/keys.ts'
import type { Address, Change, JsonObject, Range, Store } from '../store/types.ts'
import { type ConformanceCase, storeCase } from './conformance-case.ts'
import { ok, rejects, same } from './expect.ts'
import { at, check, commit, del, keys, put, read } from './steps.ts'

class Point {
  x = 1
}
class List extends Array<number> {}

function cycle(): unknown {
  const loop: Record<string, unknown> = { name: 'loop' }
  loop['self'] = { again: [loop] }
  return loop
}

function nested(levels: number): unknown {
  let value: unknown = {}
  for (let depth = 1; depth < levels; depth++) value = { value }
  return value
}

/** What is not JSON, wherever in a value it stands. Made anew for each case. */
const notJson: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  '-Infinity': () => Number.NEGATIVE_INFINITY,
  'a bigint': () => 1n,
  'a symbol': () => Symbol('s'),
  'a function': () => () => 1,
  'a Date': () => new Date(0),
  'a RegExp': () => /x/,
  'an Error': () => new Error('x'),
  'a Map': () => new Map([['a', 1]]),
  'a Set': () => new Set([1]),
  'a Promise': () => Promise.resolve(1),
  'a Buffer': () => Buffer.from('x'),
  'a Uint8Array': () => new Uint8Array(2),
  'an ArrayBuffer': () => new ArrayBuffer(2),
  'a boxed string': () => Object('x'),
  'a boxed number': () => Object(1),
  'a class instance': () => new Point(),
  'an array subclass': () => List.from([1, 2]),
  'an object with toJSON': () => ({ a: 1, toJSON: () => 'other' }),
  'a symbol key': () => ({ a: 1, [Symbol('s')]: 2 }),
  'a cycle': cycle,
  'a hole in an array': () => Array(3).fill(1, 0, 2),
  'a lone high surrogate': () => 'a\ud800',
  'a lone low surrogate': () => '\udc00b',
  'surrogates in the wrong order': () => '\udc00\ud800',
  'a name with a lone surrogate': () => ({ 'a\ud800': 1 }),
  'nesting beyond 128 levels': () => nested(200),
}

const badNames: Readonly<Record<string, unknown>> = {
  empty: '',
  'longer than 512 bytes': 'k'.repeat(513),
  'longer than 512 bytes in UTF-8': `${'😀'.repeat(128)}k`,
  'three-byte characters beyond 512 bytes': '中'.repeat(171),
  'with NUL': 'a\u0000b',
  'with a line break': 'a\nb',
  'with a tab': '\ta',
  'with DEL': 'a\u007f',
  'with a C1 control': 'a\u0085',
  'with a lone surrogate': 'a\ud800',
  'with a lone low surrogate': '\udc00a',
  'a number': 1,
  null: null,
  undefined: undefined,
  'an object': { toString: () => 'k' },
  'an array': ['k'],
}

const witness = put(at('c', 'witness'), { written: true })

async function nothingWritten(store: Store): Promise<void> {
  same(await read(store, at('c', 'witness')), undefined, 'nothing of the commit was written')
  same(await keys(store, 'c'), [], 'nor anything else')
}

function refusesValue(what: string, make: () => unknown): ConformanceCase {
  return storeCase(`refused with INVALID, nothing written: ${what} in a value`, async (store) => {
    const places = [{ bad: make() }, { deep: { list: [1, { bad: make() }] } }, { list: [make()] }]
    for (const value of [...places, make()]) {
      const bad = { type: 'put', at: at('c', 'bad'), value } as Change
      // Strings and arrays are fine inside a record, but no record by themselves, so the last of these is always refused.
      await rejects(() => store.commit([witness, bad]), 'INVALID', 'after a good change')
      await rejects(() => store.commit([bad, witness]), 'INVALID', 'before a good change')
    }
    await nothingWritten(store)
  })
}

/** What every store refuses. */
export const refusalCases: readonly ConformanceCase[] = [
  ...Object.entries(notJson).map(([what, make]) => refusesValue(what, make)),
  storeCase('refused with INVALID, nothing written: a record that is no object', async (store) => {
    for (const value of [null, true, 1, 'text', [], [{ a: 1 }]]) {
      const bad = { type: 'put', at: at('c', 'bad'), value } as unknown as Change
      await rejects(() => store.commit([witness, bad]), 'INVALID', `${JSON.stringify(value)} as a record`)
    }
    await nothingWritten(store)
  }),
  ...Object.entries(badNames).flatMap(([what, name]) =>
    (['collection', 'key'] as const).map((part) =>
      storeCase(`refused with INVALID, nothing written: a ${part} that is ${what}`, async (store) => {
        const bad = { ...at('c', 'k'), [part]: name } as Address
        await rejects(() => store.get([at('c', 'k'), bad]), 'INVALID', 'get')
        for (const change of [put(bad, {}), del(bad), check(bad, null)]) {
          await rejects(() => store.commit([witness, change]), 'INVALID', change.type)
        }
        if (part === 'collection') await rejects(() => store.list(name as string, { limit: 1 }), 'INVALID', 'list')
        await nothingWritten(store)
      }),
    ),
  ),
  storeCase('names of exactly 512 bytes are fine', async (store) => {
    for (const name of ['k'.repeat(512), '😀'.repeat(128), `${'中'.repeat(170)}ab`, `${'é'.repeat(255)}zz`]) {
      await commit(store, put(at(name, name), { name }))
      same((await read(store, at(name, name)))?.value, { name }, 'get')
      same(await keys(store, name, { prefix: name }), [name], 'list')
    }
  }),
  storeCase('refused with INVALID: a range out of bounds', async (store) => {
    const bad: readonly unknown[] = [
      ...[0, -1, 1.5, maxListLimit + 1, Number.NaN, Number.POSITIVE_INFINITY, '5', null, undefined, true].map(
        (limit) => ({ limit }),
      ),
      ...['', 'a\u0000', '\ud800', 'k'.repeat(513), 1, null].flatMap((name) => [
        { limit: 1, after: name },
        { limit: 1, before: name },
      ]),
      ...['a\u0000', '\ud800', 'k'.repeat(513), 1, null].map((prefix) => ({ limit: 1, prefix })),
      ...[1, 'yes', null].map((reverse) => ({ limit: 1, reverse })),
      ...[null, undefined, 5, 'range'],
    ]
    for (const range of bad) {
      await rejects(() => store.list('c', range as Range), 'INVALID', `list with ${JSON.stringify(range)}`)
    }
    same(await store.list('c', { limit: maxListLimit }), [], 'the greatest limit is fine')
  }),
  storeCase('refused with INVALID, nothing written: a malformed change', async (store) => {
    const bad: readonly unknown[] = [
      ...[null, undefined, 'put', {}, { type: 'put' }, { type: 'patch', at: at('c', 'k'), value: {} }],
      ...[
        { type: 'delete' },
        { type: 'delete', at: null },
        { type: 'delete', at: 'c/k' },
        { at: at('c', 'k'), value: {} },
      ],
      ...[undefined, 1, true, {}].map((version) => ({ type: 'check', at: at('c', 'k'), version })),
      ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 'tomorrow', '5', null, true, 1.5, 1e300].map(
        (expiresAt) => ({
          ...{ type: 'put', at: at('c', 'k'), value: {} },
          expiresAt,
        }),
      ),
      { type: 'put', at: at('c', 'k'), value: {}, expiresAt: new Date() },
    ]
    for (const change of bad) {
      await rejects(() => store.commit([witness, change as Change]), 'INVALID', `commit of ${JSON.stringify(change)}`)
    }
    await nothingWritten(store)
  }),
  storeCase('refused with INVALID: what is no batch', async (store) => {
    for (const batch of [null, undefined, 'c', {}, { length: 0 }, 1]) {
      await rejects(() => store.get(batch as unknown as Address[]), 'INVALID', `get of ${JSON.stringify(batch)}`)
      await rejects(() => store.commit(batch as unknown as Change[]), 'INVALID', `commit of ${JSON.stringify(batch)}`)
    }
    for (const address of [null, undefined, 'c', 1, {}, { collection: 'c' }, { key: 'k' }]) {
      await rejects(() => store.get([address as Address]), 'INVALID', `get of an address ${JSON.stringify(address)}`)
    }
  }),
  storeCase('refused with INVALID, nothing written: a batch beyond 10,000', async (store) => {
    const many = Array.from({ length: maxBatch + 1 }, (_, n) => at('c', `k${n}`))
    await rejects(() => store.get(many), 'INVALID', 'get')
    await rejects(() => store.commit([witness, ...many.map((address) => del(address))]), 'INVALID', 'commit')
    await nothingWritten(store)
  }),
  storeCase('bad input is refused even when a check of the commit would fail', async (store) => {
    const bad = { type: 'put', at: at('c', 'k'), value: { n: Number.NaN } } as Change
    await commit(store, put(at('d', 'k'), {}))
    await rejects(() => store.commit([check(at('d', 'k'), null), bad]), 'INVALID', 'the refusal comes first')
    await nothingWritten(store)
  }),
  storeCase('a store works as before after it refused something', async (store) => {
    await commit(store, put(at('c', 'k'), { n: 1 }))
    await rejects(
      () => store.commit([put(at('c', 'k'), { n: undefined } as unknown as JsonObject)]),
      'INVALID',
      'refused',
    )
    await rejects(() => store.get([at('', 'k')]), 'INVALID', 'refused')
    same((await read(store, at('c', 'k')))?.value, { n: 1 }, 'the old value is there')
    ok((await store.commit([del(at('c', 'k'))])).ok, 'and can be removed')
  }),
]
