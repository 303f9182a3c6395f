import { expect, test } from 'vitest'
import { localLiveBus } from './local-live-bus.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('listeners hear a turn later, each topic its own, until they stop', async () => {
  const bus = localLiveBus()
  const heard: unknown[] = []
  const stop = await bus.subscribe('a', (hint) => heard.push(hint))
  bus.publish('a', { n: 1 })
  bus.publish('b', { n: 2 })
  expect(heard).toEqual([])
  await turn()
  expect(heard).toEqual([{ n: 1 }])
  stop()
  stop()
  bus.publish('a', { n: 3 })
  await turn()
  expect(heard).toEqual([{ n: 1 }])
})

test('a closed bus carries nothing, to old listeners or new ones, and refuses nobody', async () => {
  const bus = localLiveBus()
  const heard: unknown[] = []
  await bus.subscribe('a', (hint) => heard.push(hint))
  await bus.close()
  const stop = await bus.subscribe('a', (hint) => heard.push(hint))
  bus.publish('a', { n: 1 })
  await turn()
  stop()
  expect(heard).toEqual([])
})
