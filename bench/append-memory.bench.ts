import { createIds, createThreadkeep, memoryStore } from '@threadkeep/core'
import { defineBench, rate } from './lib/index.ts'

const inFlight = 32
const threadCount = 8
const alice = { userId: 'alice' }

/** A message that anybody would keep: an id, a time, a place. What the limit pushes and what we answer are the same object. */
const ids = createIds()
function message(threadId: string, seq: number, clientId: string) {
  return {
    id: ids.next('msg'),
    threadId,
    seq,
    kind: 'message',
    role: 'user',
    authorId: alice.userId,
    content: 'Where is my order? It should be here by now.',
    metadata: {},
    attachments: [],
    clientId,
    createdAt: Date.now(),
    edits: 0,
  }
}

export default defineBench({
  about: 'Appending with seq, idempotency, outbox and isolation in memory, beside building the message and pushing it',
  async run({ compare }) {
    let sent = 0
    await compare({
      against: 'Map of arrays: build the same message and push it',
      bar: '>=0.04',
      unit: 'append/s',
      ours: rate(8_000, async (count) => {
        const { messages, threads, close } = createThreadkeep({ store: memoryStore(), projector: 'external' })
        const opened = await Promise.all(Array.from({ length: threadCount }, () => threads.create(alice)))
        await Promise.all(
          Array.from({ length: inFlight }, async (_, writer) => {
            const threadId = opened[writer % threadCount]!.id
            for (let i = 0; i < count / inFlight; i++) {
              await messages.append(alice, threadId, {
                content: 'Where is my order? It should be here by now.',
                clientId: `c${sent++}`,
              })
            }
          }),
        )
        await close()
      }),
      theirs: rate(200_000, (count) => {
        const kept = new Map<string, object[]>()
        for (let i = 0; i < count; i++) {
          const threadId = `thr_${i % threadCount}`
          const list = kept.get(threadId) ?? []
          kept.set(threadId, list)
          list.push(message(threadId, list.length + 1, `c${sent++}`))
        }
      }),
    })
  },
})
