import { describe, expect, it } from 'vitest'
import { crashingServers } from './crashing-servers.ts'
import { killServer } from './kill-server.ts'
import { killWriters } from './kill-writers.ts'

const seed = Number(process.env['SEED'] ?? Math.floor(Date.now() / 86_400_000))

it('150 times kill -9 under a writing process on SQLite: nothing acknowledged is lost, no gap, each message has its event, statistics equal a recount', {
  timeout: 300_000,
}, async () => {
  const reports = await Promise.all([0, 1].map((lane) => killWriters(seed * 2 + lane, 75)))
  for (const { acknowledged, unanswered } of reports) {
    expect(acknowledged).toBeGreaterThan(300)
    expect(unanswered).toBeGreaterThan(30)
  }
})

describe('a server killed with -9 ten times under a Threadkeep that stays open', () => {
  for (const server of crashingServers) {
    it.skipIf(!server.canCrash)(
      `${server.title}: lost nothing acknowledged, holds repeated appends once, statistics equal a recount`,
      {
        concurrent: true,
        timeout: 240_000,
      },
      async () => {
        const { acknowledged, unanswered } = await killServer(server, { seed, cycles: 10, args: server.args })
        expect(acknowledged).toBeGreaterThan(50)
        expect(unanswered).toBeGreaterThan(0)
      },
    )
  }
})
