import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { patience } from './patience.ts'

test('ends once: when the time is up, when the caller gives up, or never', async () => {
  const ends: unknown[] = []
  const end = (reason: unknown) => ends.push(reason)
  patience(5, undefined, end)
  await sleep(15)
  expect(ends.splice(0)).toEqual([{ code: 'TIMEOUT' }])

  const controller = new AbortController()
  patience(5, { signal: controller.signal }, end)
  controller.abort('enough')
  await sleep(15)
  expect(ends.splice(0)).toEqual([{ code: 'ABORTED', cause: 'enough' }])

  patience(5, { signal: controller.signal }, end)
  await sleep(15)
  expect(ends.splice(0)).toEqual([{ code: 'ABORTED', cause: 'enough' }])

  const other = new AbortController()
  const stop = patience(5, { signal: other.signal }, end)
  stop()
  other.abort()
  await sleep(15)
  expect(ends).toEqual([])
})
