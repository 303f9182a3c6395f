import { memoryStore } from '@threadkeep/core'
import { manualClock } from '@threadkeep/core/store'
import { expect, test } from 'vitest'
import { createLeases } from './leases.ts'

function stage() {
  const clock = manualClock()
  const store = memoryStore({ clock })
  const open = (holder: string) => createLeases({ store, clock, work: 'relay', parts: 16, holder, life: 1_000 })
  return { clock, open }
}

test('parts are shared fairly, and no part has two holders', async () => {
  const { open } = stage()
  const [a, b, c] = [open('a'), open('b'), open('c')]
  expect((await a.renew()).size).toBe(16)
  expect((await b.renew()).size).toBe(0)
  expect((await a.renew()).size).toBe(8)
  expect((await b.renew()).size).toBe(8)
  await c.renew()
  const held = []
  for (const one of [a, b, c, a, b, c]) held.push(await one.renew())
  const last = held.slice(3)
  expect(last.map(({ size }) => size).sort()).toEqual([4, 6, 6])
  expect(new Set(last.flatMap((parts) => [...parts])).size).toBe(16)
})

test('what a dead process held is free when its leases end; what is given up, at once', async () => {
  const { clock, open } = stage()
  const [dead, heir] = [open('dead'), open('heir')]
  await dead.renew()
  expect((await heir.renew()).size).toBe(0)
  clock.advance(1_001)
  expect((await heir.renew()).size).toBe(16)
  await heir.release()
  const next = open('next')
  expect((await next.renew()).size).toBe(16)
})

test('of several that take the same part at the same time one has it', async () => {
  const { open } = stage()
  const rivals = Array.from({ length: 8 }, (_, n) => open(`rival-${n}`))
  const held = await Promise.all(rivals.map((one) => one.renew()))
  const parts = held.flatMap((some) => [...some])
  expect(new Set(parts).size).toBe(parts.length)
})
