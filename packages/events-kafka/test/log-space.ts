import type { PlacedRecord } from '@threadkeep/core'
import type { Service } from '@threadkeep/test-support/services'
import kafkajs from 'kafkajs'
import { expect, vi } from 'vitest'
import { createTopics } from '../src/index.ts'

// A group is joined and left in many round trips, which a busy machine draws out.
vi.setConfig({ testTimeout: 180_000 })

/** A log of a test's own, its topics made. */
export async function openLog(
  kafka: Service,
  partitions = 4,
): Promise<{ readonly url: string; readonly name: string }> {
  const { url, name } = await kafka.open()
  const log = { url: `${url}/${name}`, name }
  await createTopics(log, { partitions, replicationFactor: 1 })
  return log
}

/** Numbered records of a few keys, all of one lane. */
export function numbered(from: number, count: number, keys = 3) {
  return Array.from({ length: count }, (_, i) => ({ key: `k${(from + i) % keys}`, value: { n: from + i } }))
}

/** The numbers of records, in the order they came. */
export function numbersOf(records: readonly PlacedRecord[]): number[] {
  return records.map(({ value }) => value['n'] as number)
}

/** Waits until it holds. */
export async function until(holds: () => boolean, timeout = 60_000): Promise<void> {
  await vi.waitFor(() => expect(holds()).toBe(true), { timeout, interval: 20 })
}

/** A bare client, to look at what the packages did. */
export function bareKafka(url: string): kafkajs.Kafka {
  return new kafkajs.Kafka({ brokers: [new URL(url).host], logLevel: kafkajs.logLevel.NOTHING })
}
