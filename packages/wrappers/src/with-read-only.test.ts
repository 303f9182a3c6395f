import { isSweepable, memoryStore, stack } from '@threadkeep/core'
import { expect, test } from 'vitest'
import { withReadOnly } from './with-read-only.ts'

const at = { collection: 'c', key: 'k' }

test('reads and checks pass, and every write is refused with READ_ONLY', async () => {
  const base = memoryStore()
  const written = await base.commit([{ type: 'put', at, value: { n: 1 } }])
  const version = written.ok ? written.version : null
  const store = stack(base, [withReadOnly()])

  expect((await store.get([at]))[0]?.value).toEqual({ n: 1 })
  expect(await store.list('c', { limit: 1 })).toHaveLength(1)
  expect(await store.commit([{ type: 'check', at, version }])).toMatchObject({ ok: true })
  expect(await store.commit([{ type: 'check', at, version: null }])).toEqual({ ok: false, conflict: at })

  const writes = [
    [{ type: 'put', at, value: {} }],
    [{ type: 'delete', at }],
    [
      { type: 'check', at, version },
      { type: 'delete', at },
    ],
  ] as const
  for (const changes of writes) await expect(store.commit(changes)).rejects.toMatchObject({ code: 'READ_ONLY' })
  expect((await base.get([at]))[0]?.value).toEqual({ n: 1 })
})

test('sweeping removes nothing', async () => {
  const base = { ...memoryStore(), sweep: async () => 5 }
  const store = withReadOnly()(base)
  expect(isSweepable(store) && (await store.sweep(10))).toBe(0)
})
