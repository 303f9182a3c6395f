import { expect, test } from 'vitest'
import { memoryStore } from '../../memory/memory-store.ts'
import { createThreadkeep } from '../create-threadkeep.ts'

test('opinions on many messages are complete, also where a thousand people have one on the first', async () => {
  await using store = memoryStore()
  await using chat = createThreadkeep({ store })
  const ada = { userId: 'ada' }
  const { id: threadId } = await chat.threads.create(ada)
  for (const id of ['a', 'b', 'c']) await chat.messages.append(ada, threadId, { id, content: 'x' })
  const crowd = Array.from({ length: 1_100 }, (_, n) => ({ userId: `u${n}` }))
  await Promise.all(crowd.map(({ userId }) => chat.threads.addMember(ada, threadId, userId)))
  await Promise.all(crowd.map((one) => chat.messages.feedback(one, threadId, ['a'], 'positive')))
  await chat.messages.feedback(ada, threadId, ['c'], 'negative')
  const opinions = await chat.messages.feedbackOfMany(
    ada,
    [1, 2, 3].map((seq) => ({ threadId, seq })),
  )
  expect(opinions.map((of) => of?.length)).toEqual([1_100, 0, 1])
})
