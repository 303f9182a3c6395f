import type { CompiledGateway } from '@threadkeep/test-support/apps'
import { compileGateway } from '@threadkeep/test-support/apps'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { crashingServers } from './crashing-servers.ts'
import { killServer } from './kill-server.ts'
import { killWriters } from './kill-writers.ts'

const seed = Number(process.env['SEED'] ?? Math.floor(Date.now() / 1000))

it('500 times kill -9 under a writing process on SQLite: nothing acknowledged is lost, no gap, each message has its event, statistics equal a recount', async () => {
  const reports = await Promise.all([0, 1].map((lane) => killWriters(seed + lane, 250)))
  console.log(reports)
  for (const { acknowledged } of reports) expect(acknowledged).toBeGreaterThan(1_000)
})

describe('a server killed with -9 fifty times under a gateway that stays up', () => {
  let gateway: CompiledGateway
  beforeAll(() => {
    gateway = compileGateway()
  })
  afterAll(() => gateway[Symbol.dispose]())

  for (const server of crashingServers) {
    it.skipIf(!server.canCrash)(
      `${server.title}: nothing acknowledged is lost, no gap, what was sent again stands once, the outbox equals the history, subscribers hear everything once`,
      async () => {
        const report = await killServer(server, { main: gateway.main, seed, cycles: 50 })
        console.log(server.title, report)
        expect(report.interrupted).toBeGreaterThan(50)
      },
    )
  }
})
