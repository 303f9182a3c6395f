import type { JsonObject } from '@threadkeep/core'
import { memoryStore } from '@threadkeep/core'
import { expect, test } from 'vitest'
import { conform } from '../test/conform.ts'
import { withLimitSize } from './with-limit-size.ts'

conform('limitSize', { wrap: () => withLimitSize({ maxSizeBytes: 1e8 }) })

const at = { collection: 'c', key: 'k' }
const other = { collection: 'c', key: 'other' }
const put = (value: JsonObject, address = at, expiresAt?: number) =>
  ({ type: 'put', at: address, value, ...(expiresAt !== undefined && { expiresAt }) }) as const

// {"t":"…"} is 8 bytes around the text.
test('bytes of UTF-8 count, not characters', async () => {
  const store = withLimitSize({ maxSizeBytes: 12 })(memoryStore())
  expect(await store.commit([put({ t: 'abcd' })])).toMatchObject({ ok: true })
  expect(await store.commit([put({ t: '😀' })])).toMatchObject({ ok: true })
  await expect(store.commit([put({ t: 'abcde' })])).rejects.toMatchObject({ code: 'TOO_LARGE' })
  await expect(store.commit([put({ t: '😀!' })])).rejects.toMatchObject({
    code: 'TOO_LARGE',
    message: 'The value of "k" in "c" has 13 bytes; at most 12 may be stored.',
    details: { size: 13, maxSizeBytes: 12 },
  })
  expect((await store.get([at]))[0]?.value).toEqual({ t: '😀' })
})

test('raise refuses the whole commit', async () => {
  const store = withLimitSize({ maxSizeBytes: 12 })(memoryStore())
  await expect(store.commit([put({}, other), put({ t: 'too long' })])).rejects.toMatchObject({ code: 'TOO_LARGE' })
  expect(await store.get([at, other])).toEqual([undefined, undefined])
})

test('skip writes the rest, and a skipped overwrite leaves no old value behind', async () => {
  const store = withLimitSize({ maxSizeBytes: 12, onExceed: 'skip' })(memoryStore())
  await store.commit([put({ t: 'old' })])
  const result = await store.commit([put({}, other), put({ t: 'too long' })])
  expect(result.ok).toBe(true)
  const [skipped, written] = await store.get([at, other])
  expect(skipped).toBeUndefined()
  expect(written?.value).toEqual({})
})

test('a function makes values smaller, keeps their deadline, and is held to the limit', async () => {
  const expiresAt = Date.now() + 60_000
  const cut = withLimitSize({
    maxSizeBytes: 20,
    onExceed: (value, maxSizeBytes, address) => ({ t: String(value['t']).slice(0, maxSizeBytes - 8), by: address.key }),
  })
  const store = cut(memoryStore())
  await expect(store.commit([put({ t: 'x'.repeat(99) })])).rejects.toMatchObject({ code: 'TOO_LARGE' })
  const fitting = withLimitSize({ maxSizeBytes: 12, onExceed: () => ({ t: 'cut' }) })(memoryStore())
  await fitting.commit([put({ t: 'x'.repeat(99) }, at, expiresAt)])
  expect((await fitting.get([at]))[0]).toMatchObject({ value: { t: 'cut' }, expiresAt })
})

test('a function that answers no JSON, and a value that is none, are refused with INVALID', async () => {
  const store = withLimitSize({ maxSizeBytes: 12, onExceed: () => ({ t: undefined }) as never })(memoryStore())
  await expect(store.commit([put({ t: 'x'.repeat(99) })])).rejects.toMatchObject({ code: 'INVALID' })
  await expect(store.commit([put({ t: 1n } as never)])).rejects.toMatchObject({ code: 'INVALID' })
})

test('limits and choices that make no sense are refused', () => {
  for (const options of [{ maxSizeBytes: 0 }, { maxSizeBytes: 1.5 }, {}, { maxSizeBytes: 10, onExceed: 'truncate' }]) {
    expect(() => withLimitSize(options as never)).toThrow(expect.objectContaining({ code: 'MISCONFIGURED' }))
  }
})

test('what a function made smaller has no deadline where the original had none', async () => {
  const store = withLimitSize({ maxSizeBytes: 12, onExceed: () => ({ t: 'cut' }) })(memoryStore())
  await store.commit([put({ t: 'x'.repeat(99) })])
  const [entry] = await store.get([at])
  expect(entry).toMatchObject({ value: { t: 'cut' } })
  expect(entry).not.toHaveProperty('expiresAt')
})
