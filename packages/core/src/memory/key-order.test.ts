import { expect, test } from 'vitest'
import type { Range } from '../store/types.ts'
import { addItem, type Item, keyOrder, listItems, removeItem } from './key-order.ts'

const all: Range = { limit: 10_000 }
const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** An order, and a plain set that says what it should hold. */
function orderUnderTest() {
  const order = keyOrder<Item>()
  const living = new Map<string, Item>()
  return {
    order,
    add(key: string) {
      if (living.has(key)) return
      const item = { key, gone: false }
      living.set(key, item)
      addItem(order, item)
    },
    remove(key: string) {
      const item = living.get(key)
      if (item === undefined) return
      living.delete(key)
      removeItem(order, item)
    },
    keys: (range: Range = all) => listItems(order, range, () => true).map((item) => item.key),
    expected: () => [...living.keys()].toSorted(byBytes),
    held: () => order.chunks.flat().length + order.waiting.length,
  }
}

/** The same scattered numbers each time. */
function* scattered(count: number, below: number) {
  for (let n = 1, i = 0; i < count; i++) {
    n = (n * 48_271) % 2_147_483_647
    yield n % below
  }
}

test('thousands of keys in any order of adding and removing are listed in order', () => {
  const { order, add, remove, keys, expected } = orderUnderTest()
  let step = 0
  for (const n of scattered(20_000, 6_000)) {
    const key = `k${n}`
    if (step % 3 === 2) remove(key)
    else add(key)
    if (step++ % 997 === 0) expect(keys()).toEqual(expected())
  }
  expect(keys()).toEqual(expected())
  expect(keys({ ...all, reverse: true })).toEqual(expected().toReversed())
  expect(order.chunks.every((chunk) => chunk.length > 0 && chunk.length < 1_024)).toBe(true)
})

test('single keys between listings find their place at once', () => {
  const { add, keys, expected } = orderUnderTest()
  for (let n = 0; n < 3_000; n++) add(`m${String(n).padStart(5, '0')}`)
  for (const n of scattered(1_500, 100_000)) {
    add(`m${n % 3_000}:${n}`)
    if (n % 50 === 0) expect(keys()).toEqual(expected())
  }
  add('a')
  add('z')
  expect(keys()).toEqual(expected())
})

test('bounds, prefixes and limits cut across chunks', () => {
  const { add, keys, expected } = orderUnderTest()
  for (const n of scattered(4_000, 5_000)) add(`${n % 7}:${n}`)
  const sorted = expected()
  for (const n of scattered(300, sorted.length)) {
    const [after, before] = [sorted[n]!, sorted[Math.min(n + 700, sorted.length - 1)]!]
    const between = sorted.filter((key) => byBytes(key, after) > 0 && byBytes(key, before) < 0)
    expect(keys({ after, before, limit: 600 })).toEqual(between.slice(0, 600))
    expect(keys({ after, before, limit: 600, reverse: true })).toEqual(between.toReversed().slice(0, 600))
  }
  expect(keys({ prefix: '3:', limit: 10_000 })).toEqual(sorted.filter((key) => key.startsWith('3:')))
})

test('keys beyond ASCII that come later are in byte order too', () => {
  const { add, keys, expected } = orderUnderTest()
  for (let n = 0; n < 600; n++) add(`k${n}`)
  keys()
  for (let n = 0; n < 600; n++) add(`${['😀', '\ufffd', 'é', 'k'][n % 4]}${n}`)
  expect(keys()).toEqual(expected())
})

test('what is gone leaves when a listing passes it', () => {
  const { add, remove, keys, held } = orderUnderTest()
  for (let n = 0; n < 5_000; n++) add(`k${String(n).padStart(5, '0')}`)
  for (let n = 0; n < 2_000; n++) remove(`k${String(n).padStart(5, '0')}`)
  expect(held()).toBe(5_000)
  expect(keys({ limit: 1 })).toEqual(['k02000'])
  expect(held()).toBeLessThan(3_600)
  expect(keys({ limit: 1, reverse: true })).toEqual(['k04999'])
})

test('what is gone never outnumbers the living by more than a thousand, also when nobody lists', () => {
  const { add, remove, held } = orderUnderTest()
  for (let n = 0; n < 50_000; n++) {
    add(`k${n}`)
    if (n >= 100) remove(`k${n - 100}`)
    expect(held()).toBeLessThan(1_400)
  }
})

test('a rejected item takes up no room in a limit', () => {
  const { add, order } = orderUnderTest()
  for (let n = 0; n < 2_000; n++) add(`k${String(n).padStart(4, '0')}`)
  const odd = listItems(order, { limit: 3 }, (item) => Number(item.key.slice(1)) % 700 === 699)
  expect(odd.map((item) => item.key)).toEqual(['k0699', 'k1399'])
})
