import { manualClock, memoryStore, stack } from '@threadkeep/core'
import { expect, test } from 'vitest'
import { withDefaultValue } from './with-default-value.ts'

const at = { collection: 'c', key: 'k' }

test('a missing record reads as the default, a fresh copy each time, and is not stored', async () => {
  const value = { theme: 'dark', list: [1] }
  const base = memoryStore()
  const store = stack(base, [withDefaultValue({ value })])
  value.list.push(2)

  const [entry] = await store.get([at])
  expect(entry).toMatchObject({ ...at, value: { theme: 'dark', list: [1] } })
  expect(entry).not.toHaveProperty('expiresAt')
  ;(entry!.value as { theme: string }).theme = 'changed'
  expect((await store.get([at, at])).map((one) => one?.value['theme'])).toEqual(['dark', 'dark'])
  expect(await base.get([at])).toEqual([undefined])
  expect(await store.list('c', { limit: 9 })).toEqual([])
})

test('a default value claims the life time it was given', async () => {
  const clock = manualClock()
  const store = stack(memoryStore({ clock }), [withDefaultValue({ value: {}, ttl: 1.5, clock })])
  expect((await store.get([at]))[0]?.expiresAt).toBe(clock.now() + 1500)
})

test('a check against the version of a default holds as long as the record is missing', async () => {
  const store = stack(memoryStore(), [withDefaultValue({ value: { n: 0 } })])
  const [entry] = await store.get([at])
  const change = (n: number) =>
    store.commit([
      { type: 'check', at, version: entry!.version },
      { type: 'put', at, value: { n } },
    ])
  expect(await change(1)).toMatchObject({ ok: true })
  expect(await change(2)).toEqual({ ok: false, conflict: at })
  expect((await store.get([at]))[0]?.value).toEqual({ n: 1 })
})

test('stored records and refusals pass through', async () => {
  const store = stack(memoryStore(), [withDefaultValue({ value: { n: 0 } })])
  await store.commit([{ type: 'put', at, value: { n: 5 } }])
  expect((await store.get([{ ...at, key: 'none' }, at])).map((entry) => entry?.value)).toEqual([{ n: 0 }, { n: 5 }])
  await expect(store.get([{ ...at, key: '' }])).rejects.toMatchObject({ code: 'INVALID' })
  await expect(store.get(null as never)).rejects.toMatchObject({ code: 'INVALID' })
})

test('a default that is not JSON, or a life time that is none, is refused', () => {
  const bad = [{ value: { at: new Date() } }, { value: [] }, { value: {}, ttl: 0 }, { value: {}, ttl: Number.NaN }]
  for (const options of bad) {
    expect(() => withDefaultValue(options as never)).toThrow(expect.objectContaining({ code: 'MISCONFIGURED' }))
  }
})
