import { expect, it } from 'vitest'
import { simulate } from './simulation/simulate.ts'

const firstSeed = Number(process.env['SEED'] ?? Math.floor(Date.now() / 1000))

it(`1,000 seeds of 10,000 steps from ${firstSeed}: every promise holds after healing`, async () => {
  for (let seed = firstSeed; seed < firstSeed + 1_000; seed++) expect((await simulate(seed, 10_000)).steps).toBe(10_000)
})
