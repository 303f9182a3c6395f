import type { JsonObject, Wrapper } from '@threadkeep/core'
import { memoryStore, stack } from '@threadkeep/core'
import {
  createStatistics,
  withLogging,
  withPrefixCollections,
  withStatistics,
  withTimeout,
  withTtlClamp,
} from '@threadkeep/wrappers'
import { defineBench, rate } from './lib/index.ts'

const count = 200_000
const at = [{ collection: 'messages:thr_01', key: '000000000042' }]

/** A message as the chat domain keeps it. */
const message: JsonObject = {
  id: 'msg_01jd7k2m9q4x8r5t3v6w1y0z2b',
  threadId: 'thr_01',
  seq: 42,
  role: 'user',
  authorId: 'usr_ann',
  kind: 'message',
  content: [{ type: 'text', text: 'Could you look at ORDER-12345 again? It still has not arrived. 📦' }],
  attachments: [],
  metadata: { client: 'web', locale: 'en-GB' },
  createdAt: 1_760_000_000_000,
  version: 1,
}

export default defineBench({
  about: 'What five wrappers cost a get from memory, the fastest store there is',
  async run({ compare }) {
    const wrappers: readonly Wrapper[] = [
      withPrefixCollections({ prefix: 'tenant-1' }),
      withStatistics({ statistics: createStatistics() }),
      withTtlClamp({ maxTtl: 86_400 }),
      withTimeout({ timeout: 5 }),
      withLogging({ level: 'off' }),
    ]
    const bare = memoryStore()
    const wrapped = stack(memoryStore(), wrappers)
    for (const store of [bare, wrapped]) await store.commit([{ type: 'put', at: at[0]!, value: message }])

    await compare({
      against: 'bare get',
      bar: '>=0.5',
      unit: 'op/s',
      ours: rate(count, async (n) => {
        for (let i = 0; i < n; i++) await wrapped.get(at)
      }),
      theirs: rate(count, async (n) => {
        for (let i = 0; i < n; i++) await bare.get(at)
      }),
    })
  },
})
