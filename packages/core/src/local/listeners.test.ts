import { expect, test } from 'vitest'
import { createTopicListeners, createWatched } from './listeners.ts'

test('listeners hear their topic alone, each as often as it was added, and one that throws harms nobody', () => {
  const topics = createTopicListeners<number>()
  const heard: number[] = []
  const listener = (n: number) => heard.push(n)
  topics.add('a', () => {
    throw new Error('its own trouble')
  })
  const stops = [topics.add('a', listener), topics.add('a', listener)]
  topics.tell('a', 1)
  topics.tell('b', 2)
  expect(heard).toEqual([1, 1])
  stops[0]!()
  stops[0]!()
  topics.tell('a', 3)
  expect(heard).toEqual([1, 1, 3])
})

test('the last to leave a topic is told so once, and a topic taken up again is another one', () => {
  const topics = createTopicListeners<number>()
  let last = 0
  const stop = topics.add(
    'a',
    () => {},
    () => last++,
  )
  stop()
  expect([last, topics.has('a'), topics.topics()]).toEqual([1, false, []])
  topics.add('a', () => {})
  stop()
  expect([last, topics.has('a')]).toEqual([1, true])
})

test('a watched value tells changes and nothing else', () => {
  const watched = createWatched(true)
  const seen: boolean[] = []
  const stop = watched.onChange((value) => seen.push(value))
  for (const value of [true, false, false, true]) watched.set(value)
  stop()
  watched.set(false)
  expect(seen).toEqual([false, true])
  expect(watched.value).toBe(false)
})
