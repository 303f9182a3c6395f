import type { CompiledGateway } from '@threadkeep/test-support/apps'
import { compileGateway } from '@threadkeep/test-support/apps'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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

describe('a server killed with -9 ten times under a gateway that stays up', () => {
  let gateway: CompiledGateway
  beforeAll(() => {
    gateway = compileGateway()
  })
  afterAll(() => gateway[Symbol.dispose]())

  for (const server of crashingServers) {
    it.skipIf(!server.canCrash)(
      `${server.title}: nothing acknowledged is lost, no gap, what was sent again stands once, the outbox equals the history, subscribers hear everything once`,
      {
        concurrent: true,
        timeout: 240_000,
      },
      async () => {
        const { acknowledged, interrupted } = await killServer(server, { main: gateway.main, seed, cycles: 10 })
        expect(acknowledged).toBeGreaterThan(50)
        expect(interrupted).toBeGreaterThan(10)
      },
    )
  }
})
