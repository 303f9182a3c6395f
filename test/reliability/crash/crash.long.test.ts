import { expect, it } from 'vitest'
import { killWriters } from './kill-writers.ts'

const seed = Number(process.env['SEED'] ?? Math.floor(Date.now() / 1000))

it('500 times kill -9 under a writing process on SQLite: nothing acknowledged is lost, no gap, each message has its event, statistics equal a recount', async () => {
  const reports = await Promise.all([0, 1].map((lane) => killWriters(seed + lane, 250)))
  console.log(reports)
  for (const { acknowledged } of reports) expect(acknowledged).toBeGreaterThan(1_000)
})
