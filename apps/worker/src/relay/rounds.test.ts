import { expect, test } from 'vitest'
import { createRounds } from './rounds.ts'

/** Rounds on a clock of their own. Each turn looks at who is due and finds nothing, unless it is said to. */
function stage(tenants: readonly string[]) {
  let now = 0
  const rounds = createRounds(() => now)
  const visits: string[] = []
  let turns = 0
  const turn = (): void => {
    turns++
    for (const tenant of rounds.due(tenants)) {
      visits.push(tenant)
      rounds.visited(tenant, false)
    }
  }
  /** Lets time pass; answers how many turns there were. */
  const pass = (millis: number): number => {
    const before = turns
    for (const end = now + millis; now < end; ) {
      now = Math.min(end, now + Math.max(1, rounds.pause()))
      turn()
    }
    return turns - before
  }
  turn()
  return { rounds, visits, pass }
}

test('a tenant of which nothing comes is looked at seldom, every three seconds at last', () => {
  const { visits, pass } = stage(['a'])
  pass(10_000)
  visits.length = 0
  pass(30_000)
  expect(visits.length).toBeGreaterThanOrEqual(10)
  expect(visits.length).toBeLessThanOrEqual(12)
})

test('many idle tenants are looked at in a few rounds, not each in one of its own', () => {
  const tenants = Array.from({ length: 200 }, (_, n) => `tenant-${n}`)
  const { rounds, pass } = stage(tenants)
  for (const [n, tenant] of tenants.entries()) {
    pass(n % 7)
    rounds.visited(tenant, true)
  }
  pass(20_000)
  expect(pass(30_000)).toBeLessThan(120)
})

test('a hint makes its tenant due at once, and nobody else', () => {
  const { rounds, visits, pass } = stage(['a', 'b'])
  pass(20_000)
  visits.length = 0
  pass(500)
  expect(visits).toEqual([])
  rounds.hint('b')
  rounds.hint('unknown')
  expect(rounds.pause()).toBe(0)
  expect(rounds.due(['a', 'b'])).toEqual(['b'])
  rounds.visited('b', true)
  expect(rounds.pause()).toBe(20)
})

test('a hint that comes while its tenant is looked at makes it due once more', () => {
  const { rounds, pass } = stage(['a'])
  pass(20_000)
  rounds.hint('a')
  expect(rounds.due(['a'])).toEqual(['a'])
  rounds.hint('a')
  rounds.visited('a', false)
  expect(rounds.pause()).toBe(20)
  pass(20)
  expect(rounds.pause()).toBe(3_000)
})

test('where something is found at each look, hints make no further ones', () => {
  const { rounds } = stage(['a'])
  rounds.due(['a'])
  rounds.visited('a', true)
  rounds.hint('a')
  expect(rounds.pause()).toBe(20)
})

test('a tenant whose look failed stays due', () => {
  const rounds = createRounds()
  expect(rounds.due(['a'])).toEqual(['a'])
  expect(rounds.due(['a'])).toEqual(['a'])
})
