import { expect, test } from 'vitest'
import { memoryStore } from '../../memory/memory-store.ts'
import { createThreadkeep } from '../create-threadkeep.ts'
import type { LiveItem } from './live.types.ts'

const ada = { userId: 'ada' }
const said = (text: string, count: number) => Array.from({ length: count }, () => ({ content: text }))

/** The places of the messages that are told of next. */
async function take(items: AsyncIterableIterator<LiveItem>, count: number): Promise<(number | undefined)[]> {
  const seqs: (number | undefined)[] = []
  while (seqs.length < count) {
    const { value } = await items.next()
    if (value.type === 'event' && value.event.type === 'message.created') seqs.push(value.event.seq)
  }
  return seqs
}

test.each(['thread', 'viewer'] as const)(
  'who comes back (%s) gets all that was missed, also when more than may wait for a consumer',
  async (kind) => {
    await using store = memoryStore()
    await using chat = createThreadkeep({ store })
    await chat.threads.create(ada, { id: 't' })
    const open = (after?: string) => {
      const options = { ...(after !== undefined && { after }), tellStart: true, maxBuffered: 3 }
      return kind === 'thread' ? chat.live.thread(ada, 't', options) : chat.live.viewer(ada, options)
    }
    const start = await open().next()
    for (let n = 0; n < 5; n++) await chat.messages.appendMany(ada, 't', said('x', 100))
    const items = open((start.value as LiveItem).cursor)
    // As slow as it likes: what is kept waits.
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await take(items, 500)).toEqual(Array.from({ length: 500 }, (_, i) => i + 1))
    await items.return?.()
  },
)

test.each(['thread', 'viewer'] as const)('a burst does not end the subscription (%s) of who takes it', async (kind) => {
  await using store = memoryStore()
  await using chat = createThreadkeep({ store })
  await chat.threads.create(ada, { id: 't' })
  const items =
    kind === 'thread' ? chat.live.thread(ada, 't', { tellStart: true }) : chat.live.viewer(ada, { tellStart: true })
  await items.next()
  const taken = take(items, 4_000)
  await Promise.all(Array.from({ length: 40 }, () => chat.messages.appendMany(ada, 't', said('x', 100))))
  expect(await taken).toEqual(Array.from({ length: 4_000 }, (_, i) => i + 1))
  await items.return?.()
})
