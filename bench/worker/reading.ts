import { setTimeout as sleep } from 'node:timers/promises'
import type { PlacedRecord } from '@threadkeep/core'
import { createTopics, kafkaSink } from '@threadkeep/events-kafka'
import kafkajs from 'kafkajs'
import type { Server, Side } from '../lib/index.ts'

/** A log with one partition, and those who read it in a process of their own. */
export interface Reading {
  /** CPU time of the process for one record, in microseconds: from before the records are in the log until all groups have taken them. */
  cpuPerRecord(records: () => Promise<readonly PlacedRecord[]>): Side
  /** Ends the process. */
  close(): Promise<void>
}

/** The log at `url`, whose groups `purposes` are read by what `start` starts. Answers once they read. */
export async function startReading(
  url: string,
  purposes: readonly string[],
  start: (names: { readonly topic: string; readonly groups: readonly string[] }) => Promise<Server>,
): Promise<Reading> {
  await createTopics({ url }, { partitions: 1, replicationFactor: 1 })
  const { host, pathname } = new URL(url)
  const name = pathname.slice(1)
  const [topic, groups] = [`${name}.events`, purposes.map((purpose) => `${name}.${purpose}`)]
  const admin = new kafkajs.Kafka({ brokers: [host], logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  const sink = kafkaSink({ url })
  const server = await start({ topic, groups })
  await until(async () => {
    const described = await admin.describeGroups([...groups])
    return described.groups.every(({ state, members }) => state === 'Stable' && members.length > 0)
  })

  async function allTaken(): Promise<boolean> {
    const [end] = await admin.fetchTopicOffsets(topic)
    const taken = await Promise.all(groups.map((groupId) => admin.fetchOffsets({ groupId, topics: [topic] })))
    return taken.every(([group]) => group?.partitions[0]?.offset === end?.offset)
  }

  return {
    cpuPerRecord: (make) => async () => {
      const records = await make()
      const byLane = Map.groupBy(records, ({ lane }) => lane)
      const before = await server.cpu()
      for (const [lane, some] of byLane) await sink.append(lane, some)
      await until(allTaken)
      const after = await server.cpu()
      return (after.user - before.user + after.system - before.system) / records.length
    },
    async close() {
      await server.stop()
      await sink.close()
      await admin.disconnect()
    },
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + 60_000
  while (!(await holds().catch(() => false))) {
    if (performance.now() > giveUpAt) throw new Error('The log was not read to its end within a minute.')
    await sleep(20)
  }
}
