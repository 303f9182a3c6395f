import type { Wrapper } from '@threadkeep/core'
import { collection, memoryStore, stack } from '@threadkeep/core'
import { createStatistics, withPrefixCollections, withStatistics, withTtlClamp } from '@threadkeep/wrappers'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import Keyv from 'keyv'
import { defineBench, rate } from './lib/index.ts'

const count = 60_000
const keys = Array.from({ length: 1000 }, (_, n) => `msg_${n}`)
const ttl = 3600

/** A message as the chat example keeps it. */
const message = {
  sender: 'Ann',
  content: 'Could you look at ORDER-12345 again? It still has not arrived. 📦',
  timestamp: '2026-01-02T03:04:05.678Z',
  metadata: { client: 'web', locale: 'en-GB' },
}

/** Puts and gets the keys in turn. What is read is the reader's own, on every side: that is proven before it is timed. */
function putAndGet(put: (key: string) => Promise<unknown>, get: (key: string) => Promise<unknown>) {
  return rate(count, async (n) => {
    for (let i = 0; i < n; i++) {
      const key = keys[i % keys.length]!
      await put(key)
      await get(key)
    }
  })
}

export default defineBench({
  about: 'Put and get in memory, with copies, TTL and three wrappers, beside keyv and bentocache',
  async run({ compare }) {
    const wrappers: readonly Wrapper[] = [
      withStatistics({ statistics: createStatistics() }),
      withTtlClamp({ maxTtl: 86_400 }),
      withPrefixCollections({ prefix: 'tenant-1' }),
    ]
    const messages = collection(stack(memoryStore(), wrappers), 'messages:1')
    const keyv = new Keyv()
    const bento = new BentoCache({
      default: 'memory',
      stores: { memory: bentostore().useL1Layer(memoryDriver({ maxItems: 10_000 })) },
    })
    await messages.put('proof', message, { ttl })
    await keyv.set('proof', message, ttl * 1000)
    await bento.set({ key: 'proof', value: message, ttl: ttl * 1000 })
    for (const read of [messages.get('proof'), keyv.get('proof'), bento.get({ key: 'proof' })]) {
      const copy = (await read) as typeof message
      if (copy.content !== message.content || copy.metadata === message.metadata) throw new Error('no copy isolation')
    }

    const ours = putAndGet(
      (key) => messages.put(key, message, { ttl }),
      (key) => messages.get(key),
    )
    await compare({
      against: 'keyv',
      bar: '>=3',
      unit: 'op/s',
      ours,
      theirs: putAndGet(
        (key) => keyv.set(key, message, ttl * 1000),
        (key) => keyv.get(key),
      ),
    })
    await compare({
      against: 'bentocache',
      bar: '>=2',
      unit: 'op/s',
      ours,
      theirs: putAndGet(
        (key) => bento.set({ key, value: message, ttl: ttl * 1000 }),
        (key) => bento.get({ key }),
      ),
    })
  },
})
