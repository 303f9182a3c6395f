import type { Wrapper } from '@threadkeep/core'
import { collection, memoryStore, stack } from '@threadkeep/core'
import { createStatistics, withPrefixCollections, withStatistics, withTtlClamp } from '@threadkeep/wrappers'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { createCache } from 'cache-manager'
import Keyv from 'keyv'
import { createStorage } from 'unstorage'
import type { Bar } from './lib/index.ts'
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

interface Cache {
  put(key: string): Promise<unknown>
  get(key: string): Promise<unknown>
}

interface Peer extends Cache {
  readonly against: string
  readonly bar: Bar
}

function wrappedMemory(): Cache {
  const wrappers: readonly Wrapper[] = [
    withStatistics({ statistics: createStatistics() }),
    withTtlClamp({ maxTtl: 86_400 }),
    withPrefixCollections({ prefix: 'tenant-1' }),
  ]
  const messages = collection(stack(memoryStore(), wrappers), 'messages:1')
  return { put: (key) => messages.put(key, message, { ttl }), get: (key) => messages.get(key) }
}

/** Each as its documentation sets it up in memory. All of them answer copies. */
function peers(): readonly Peer[] {
  const keyv = new Keyv()
  const bento = new BentoCache({
    default: 'memory',
    stores: { memory: bentostore().useL1Layer(memoryDriver({ maxItems: 10_000 })) },
  })
  // The store it makes by itself hands out the very object it was given; with its serializer back it copies.
  const manager = createCache()
  const [store] = manager.stores
  store!.serialize = (data) => JSON.stringify(data)
  store!.deserialize = (data) => JSON.parse(data)
  const storage = createStorage()
  const milliseconds = ttl * 1000
  return [
    {
      ...{ against: 'keyv', bar: '>=3' },
      put: (key) => keyv.set(key, message, milliseconds),
      get: (key) => keyv.get(key),
    },
    {
      ...{ against: 'bentocache', bar: '>=2' },
      put: (key) => bento.set({ key, value: message, ttl: milliseconds }),
      get: (key) => bento.get({ key }),
    },
    {
      ...{ against: 'cache-manager', bar: '>=1' },
      put: (key) => manager.set(key, message, milliseconds),
      get: (key) => manager.get(key),
    },
    {
      ...{ against: 'unstorage, whose memory driver knows no TTL', bar: '>=1' },
      put: (key) => storage.setItem(key, message),
      get: (key) => storage.getItem(key),
    },
  ]
}

/** What is read must be the reader's own, or a side would be spared the copying. */
async function proveCopies({ put, get }: Cache): Promise<void> {
  await put('proof')
  const copy = (await get('proof')) as typeof message
  if (copy.content !== message.content || copy.metadata === message.metadata) throw new Error('no copy isolation')
}

/** Puts and gets the keys in turn. */
function putAndGet({ put, get }: Cache) {
  return rate(count, async (n) => {
    for (let i = 0; i < n; i++) {
      const key = keys[i % keys.length]!
      await put(key)
      await get(key)
    }
  })
}

export default defineBench({
  about:
    'Put and get in memory, with copies, TTL and three wrappers, beside keyv, bentocache, cache-manager and unstorage',
  async run({ compare }) {
    const threadkeep = wrappedMemory()
    await proveCopies(threadkeep)
    for (const peer of peers()) {
      await proveCopies(peer)
      const { against, bar } = peer
      await compare({ against, bar, unit: 'op/s', ours: putAndGet(threadkeep), theirs: putAndGet(peer) })
    }
  },
})
