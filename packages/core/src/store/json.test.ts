import { createContext, runInContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { assertJsonObject, cloneJson, copyJsonObject, maxJsonDepth, toJsonText } from './json.ts'
import type { Json, JsonObject } from './types.ts'

const refused = (path: string, why = '') =>
  expect.objectContaining({ code: 'INVALID', message: expect.stringContaining(why), details: { path } })

describe('what is refused', () => {
  const wrong: readonly (readonly [unknown, string, string])[] = [
    [{ a: undefined }, '$.a', 'undefined'],
    [{ a: { b: [1, Number.NaN] } }, '$.a.b[1]', 'NaN'],
    [{ a: -Infinity }, '$.a', '-Infinity'],
    [{ list: [{ when: new Date(0) }] }, '$.list[0].when', 'a Date'],
    [{ a: new Map() }, '$.a', 'a Map'],
    [{ a: Buffer.from('x') }, '$.a', 'a Buffer'],
    [{ a: 1n }, '$.a', 'a bigint'],
    [{ a: () => 1 }, '$.a', 'a function'],
    [{ a: Symbol('s') }, '$.a', 'a symbol'],
    [{ a: { [Symbol('s')]: 1 } }, '$.a', 'symbol'],
    [{ a: Object(1) }, '$.a', 'a Number'],
    [{ a: new (class Point {})() }, '$.a', 'a Point'],
    [{ a: new (class {})() }, '$.a', 'class instance'],
    [{ a: new (class List extends Array {})() }, '$.a', 'array subclass'],
    [{ a: Object.setPrototypeOf([], null) }, '$.a', 'array subclass'],
    [{ a: Object.create({ inherited: 1 }) }, '$.a', 'not JSON'],
    [{ a: Array(2) }, '$.a[0]', 'undefined'],
    [{ a: 'x\ud800' }, '$.a', 'surrogate'],
    [{ a: { 'x\udc00': 1 } }, '$.a', 'surrogate'],
    [{ a: { toJSON: () => 1 } }, '$.a.toJSON', 'a function'],
  ]
  for (const [value, path, why] of wrong) {
    test(`${why}, named with its place ${path}`, () => {
      for (const take of [copyJsonObject, assertJsonObject, toJsonText]) {
        expect(() => take(value)).toThrow(refused(path, why))
      }
    })
  }

  test.each([[null], [undefined], ['text'], [1], [[]], [[{}]], [true], [() => 1]])('%o as a record', (value) => {
    expect(() => copyJsonObject(value)).toThrow(expect.objectContaining({ code: 'INVALID' }))
  })

  test('a cycle, and nesting beyond the limit, without an endless path in the message', () => {
    const loop: Record<string, unknown> = {}
    loop['a rather long name'] = { loop }
    expect(() => copyJsonObject(loop)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^.{1,400}$/) }),
    )
    const nest = (levels: number): Json => (levels === 1 ? [] : [nest(levels - 1)])
    expect(() => copyJsonObject({ list: nest(maxJsonDepth) })).toThrow(/deeper/)
    expect(copyJsonObject({ list: nest(maxJsonDepth - 1) })).toEqual({ list: nest(maxJsonDepth - 1) })
  })

  test('a bad name also after thousands of good ones', () => {
    for (let n = 0; n < 6_000; n++) copyJsonObject({ [`name${n}`]: n })
    expect(() => copyJsonObject({ ok: { 'bad\ud800': 1 } })).toThrow(refused('$.ok'))
  })
})

describe('what is copied', () => {
  const tricky = JSON.parse(
    '{"__proto__":{"a":[{"__proto__":1}]},"constructor":null,"toJSON":"text","":{"":[]},"10":1,"9":2,"b":-1.5e-7}',
  ) as JsonObject

  test('is equal and shares nothing', () => {
    for (const copied of [copyJsonObject(tricky), cloneJson(tricky)]) {
      expect(JSON.stringify(copied)).toBe(JSON.stringify(tricky))
      expect(Object.getPrototypeOf(copied)).toBe(Object.prototype)
      const inner = Object.getOwnPropertyDescriptor(copied, '__proto__')!.value as { a: object[] }
      const original = Object.getOwnPropertyDescriptor(tricky, '__proto__')!.value as { a: object[] }
      expect(inner).not.toBe(original)
      expect(inner.a).not.toBe(original.a)
      expect(inner.a[0]).not.toBe(original.a[0])
    }
  })

  test('is what JSON would see: no hidden names, no names on lists, accessors read once', () => {
    let reads = 0
    const list = Object.assign([1], { extra: 1 })
    const value = Object.defineProperty(
      {
        list,
        get now() {
          return ++reads
        },
      },
      'hidden',
      { value: 1 },
    )
    expect(copyJsonObject(value)).toEqual({ list: [1], now: 1 })
    expect(Object.keys(copyJsonObject({ list })['list'] as object)).toEqual(['0'])
    expect(reads).toBe(1)
  })

  test('is plain also when it came without a prototype, or from another realm', () => {
    const bare = Object.assign(Object.create(null), { a: Object.create(null) }) as object
    const foreign = runInContext('({ a: [1, { b: null }] })', createContext()) as object
    expect(Object.getPrototypeOf(copyJsonObject(bare)['a'])).toBe(Object.prototype)
    expect(Object.getPrototypeOf(copyJsonObject(foreign)['a'])).toBe(Array.prototype)
    expect(copyJsonObject(foreign)).toEqual({ a: [1, { b: null }] })
    const instance = runInContext('({ a: new (class Point {})() })', createContext()) as object
    expect(() => copyJsonObject(instance)).toThrow(refused('$.a', 'a Point'))
  })

  test('does not take in what somebody has hung on Object.prototype', () => {
    Object.defineProperty(Object.prototype, 'hung', {
      value: { a: 1 },
      enumerable: true,
      configurable: true,
      writable: true,
    })
    try {
      for (const copied of [copyJsonObject({ b: 1 }), cloneJson<JsonObject>({ b: 1 })]) {
        expect(Object.keys(copied)).toEqual(['b'])
      }
    } finally {
      delete (Object.prototype as { hung?: unknown }).hung
    }
  })

  test('scalars are cloned as they are', () => {
    for (const value of [null, true, 1, 'text']) expect(cloneJson<Json>(value)).toBe(value)
  })
})

test('the text of a value reads back equal', () => {
  const value = { a: [1, 'x\u0000😀', null, { b: false }], c: 2 ** 53 }
  expect(JSON.parse(toJsonText(value))).toEqual(value)
})
