import { canOwn, ownServer, service } from '@threadkeep/test-support/services'
import { describe, expect, test } from 'vitest'
import type { Node } from './cluster.ts'
import { startCluster } from './cluster.ts'
import { cursorOf, listen } from './listen.ts'
import { createPerson } from './person.ts'
import { readThread, send, startThread } from './talk.ts'

const [mongodb, kafka] = await Promise.all([service('mongodb'), service('kafka')])
const patience = { timeout: 30_000, interval: 100 }

describe.skipIf(!mongodb.available || !kafka.available || !(await canOwn('redis')))('while Redis is away', () => {
  test('every send is answered and read at once, subscribers of the other gateway hear it by looking for themselves, and the metrics say so', {
    timeout: 120_000,
  }, async () => {
    const [store, log] = await Promise.all([mongodb.open(), kafka.open()])
    await using redis = await ownServer('redis')
    await using cluster = await startCluster({
      mongodb: store.url,
      redis: redis.url,
      kafka: `${log.url}/${log.name}`,
    })
    const { gateways } = cluster
    const ada = await createPerson(gateways, 'ada')
    await startThread(ada, 'red', [])
    const after = await cursorOf(ada, 'red')
    const listener = await listen(ada, gateways, 1, { threadId: 'red', after })
    try {
      await send(ada, 0, 'red', 'before')
      await expect.poll(() => listener.heard.length, patience).toBe(1)
      await expect.poll(() => metric(gateways[1]!, 'live'), patience).toBe(1)

      await redis.kill9()
      for (let n = 1; n <= 10; n++) {
        await send(ada, n, 'red', `away-${n}`)
        // Read again at the gateway that has acknowledged it, then at the other one.
        for (const gateway of [n, n + 1]) {
          const { thread } = await ada.insist(gateway, '{ thread(id: "red") { messageCount } }')
          expect(thread.messageCount).toBe(n + 1)
        }
      }
      await expect.poll(() => listener.heard.map(({ seq }) => seq), patience).toEqual(upTo(11))
      expect(listener.resumed).toBe(0)
      for (const gateway of gateways) {
        expect(await metric(gateway, 'live')).toBe(0)
        expect(await metric(gateway, 'cache_failures')).toBeGreaterThan(0)
        expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200)
      }

      await redis.restart()
      for (const gateway of gateways) await expect.poll(() => metric(gateway, 'live'), patience).toBe(1)
      await send(ada, 0, 'red', 'after')
      await expect.poll(() => listener.heard.map(({ seq }) => seq), patience).toEqual(upTo(12))
      expect((await readThread(ada, 'red')).map(({ seq }) => seq)).toEqual(upTo(12))
    } finally {
      await listener.stop()
    }
  })
})

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n + 1)

async function metric({ url }: Node, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(new RegExp(`^threadkeep_gateway_${name} (\\S+)$`, 'm').exec(text)?.[1])
}
