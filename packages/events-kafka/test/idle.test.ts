import { setTimeout as sleep } from 'node:timers/promises'
import { service } from '@threadkeep/test-support/services'
import { describe, expect, test, vi } from 'vitest'
import { kafkaSink, kafkaSource } from '../src/index.ts'
import { numbered, numbersOf, openLog, until } from './log-space.ts'

const kafka = await service('kafka')

describe.skipIf(!kafka.available)('while nothing happens', () => {
  test('the clients of both ends stay still, and go on when something does', async () => {
    const log = await openLog(kafka, 1)
    await using sink = kafkaSink(log)
    await using source = kafkaSource({ ...log, purpose: 'test', sessionTimeout: 6_000 })
    const seen: number[] = []
    void source.run(async (records) => void seen.push(...numbersOf(records)))
    await sink.append(0, numbered(0, 10))
    await until(() => seen.length === 10)

    const timers = vi.spyOn(globalThis, 'setTimeout')
    await sleep(500)
    const soon = timers.mock.calls.filter(([, millis = 0]) => millis <= 1).length
    timers.mockRestore()
    // A connection that looks a thousand times a second would set hundreds.
    expect(soon).toBeLessThan(50)

    // More than may be under way at once: some have to wait, and are sent all the same.
    await Promise.all(Array.from({ length: 50 }, (_, n) => sink.append(0, numbered(10 + n, 1))))
    await until(() => seen.length === 60)
    expect(seen).toEqual(Array.from({ length: 60 }, (_, n) => n))
  })
})
