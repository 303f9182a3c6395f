import { startGateway } from './gateway/start-gateway.ts'
import type { Server } from './lib/index.ts'
import { defineBench, startServer } from './lib/index.ts'

const subscribers = 2_000
const warmUp = 200
const limit = 60

export default defineBench({
  about: 'Memory of the gateway for each of 2,000 subscribers over WebSocket to whom nothing happens',
  async run({ compare, progress }) {
    progress('starting the gateway')
    await using gateway = await startGateway()
    const { createThread } = await gateway.client.ask('mutation { createThread(input: {}) { thread { id } } }')
    const open = (count: number): Promise<Server> =>
      startServer({
        script: new URL('./gateway/idle-subscribers.client.ts', import.meta.url).href,
        args: [`${gateway.url}/graphql`, gateway.token, createThread.thread.id, String(count)],
        ready: new RegExp(`open ${count}`),
        timeoutMillis: 120_000,
      })
    // The first ones also pay for what is loaded and compiled once.
    await using _first = await open(warmUp)
    const growth = async (): Promise<number> => {
      const before = await gateway.memory()
      await using _many = await open(subscribers)
      const after = await gateway.memory()
      // Whichever is more: the process may grow into pages that it already has.
      const used = after.heapUsed + after.external - before.heapUsed - before.external
      return Math.max(after.rss - before.rss, used) / 1024 / subscribers
    }
    await compare({
      against: `a limit of ${limit} KiB`,
      bar: '<=1',
      unit: 'KiB/subscriber',
      ours: growth,
      theirs: limit,
    })
  },
})
