import { expect, test } from 'vitest'
import { memoryStore } from '../../memory/memory-store.ts'
import { forward } from '../../store/forward.ts'
import { createThreadkeep } from '../create-threadkeep.ts'

const ada = { userId: 'ada' }

/** A thread, and how many commits its appends make. */
async function countedThread() {
  const inner = memoryStore()
  let commits = 0
  const store = forward(inner, {
    commit(changes, options) {
      commits++
      return inner.commit(changes, options)
    },
  })
  const chat = createThreadkeep({ store, projector: 'external' })
  const { id } = await chat.threads.create(ada)
  const append = (content: string) => chat.messages.append(ada, id, { content })
  const commitsOf = async (work: () => Promise<unknown>): Promise<number> => {
    const before = commits
    await work()
    return commits - before
  }
  return { append, commitsOf }
}

/** Begins each in a turn of the event loop of its own. */
async function turnByTurn(count: number, begin: (n: number) => Promise<unknown>): Promise<void> {
  const begun: Promise<unknown>[] = []
  for (let n = 0; n < count; n++) {
    const turned = new Promise(setImmediate)
    begun.push(begin(n))
    await turned
  }
  await Promise.all(begun)
}

test('appends that shared a commit share the next one, too, when they come turn by turn', async () => {
  const { append, commitsOf } = await countedThread()
  const together = () => Promise.all(['a', 'b', 'c', 'd'].map(append))
  expect(await commitsOf(together)).toBe(1)
  expect(await commitsOf(() => turnByTurn(4, (n) => append(`${n}`)))).toBe(1)
})

test('who comes alone waits for nobody for long, and then for nobody at all', async () => {
  const { append, commitsOf } = await countedThread()
  await Promise.all(['a', 'b', 'c', 'd'].map(append))
  expect(await commitsOf(() => append('alone'))).toBe(1)
  let turned = false
  setImmediate(() => {
    turned = true
  })
  await append('alone again')
  expect(turned).toBe(false)
})

test('a flow of others does not hold a group up for ever', async () => {
  const { append, commitsOf } = await countedThread()
  const wave = Array.from({ length: 100 }, (_, n) => `${n}`)
  await Promise.all(wave.map(append))
  // One by one they never become a hundred.
  expect(await commitsOf(() => turnByTurn(50, (n) => append(`${n}`)))).toBeGreaterThan(1)
})
