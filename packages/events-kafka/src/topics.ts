import { setTimeout as sleep } from 'node:timers/promises'
import { ThreadkeepError } from '@threadkeep/core/store'
import type { Admin, ITopicMetadata } from 'kafkajs'
import type { KafkaPlace } from './connection.ts'
import { openConnection } from './connection.ts'
import { misconfigured, toThreadkeepError } from './errors.ts'

/** How topics are made. */
export interface TopicOptions {
  /** How many readers a purpose can have at most. Choose once: changing it later moves lanes to other partitions. Default 16. */
  readonly partitions?: number
  /** Default: the broker's. */
  readonly replicationFactor?: number
  /** How long Kafka keeps events, in milliseconds. Default: seven days. */
  readonly retention?: number
}

/** A topic of the log as it is. */
export interface TopicReport {
  readonly topic: string
  readonly partitions: number
  readonly created: boolean
}

const sevenDays = 7 * 24 * 60 * 60 * 1000
const ledWithin = 30_000

/** Makes the topics of a log that do not exist yet and answers what is there, once it can be used. Existing ones are left as they are. */
export async function createTopics(place: KafkaPlace, options: TopicOptions = {}): Promise<readonly TopicReport[]> {
  const { partitions = 16, replicationFactor = -1, retention = sevenDays } = options
  if (!Number.isInteger(partitions) || partitions < 1) throw misconfigured('partitions is a whole number above zero.')
  return withAdmin(place, async (admin, { events, deadLetters }) => {
    const existing = new Set(await admin.listTopics())
    const missing = [
      { topic: events, numPartitions: partitions, keep: retention },
      { topic: deadLetters, numPartitions: 1, keep: Math.max(retention, 4 * sevenDays) },
    ].filter(({ topic }) => !existing.has(topic))
    if (missing.length > 0)
      await admin.createTopics({
        waitForLeaders: false,
        topics: missing.map(({ topic, numPartitions, keep }) => ({
          topic,
          numPartitions,
          replicationFactor,
          configEntries: [{ name: 'retention.ms', value: String(keep) }],
        })),
      })
    const topics = await ledTopics(admin, [events, deadLetters])
    return [events, deadLetters].map((topic) => ({
      topic,
      partitions: topics.find(({ name }) => name === topic)!.partitions.length,
      created: missing.some((one) => one.topic === topic),
    }))
  })
}

/** The topics, once every partition has a leader. A broker may not know of a topic yet that the controller has just made. */
async function ledTopics(admin: Admin, topics: string[]): Promise<readonly ITopicMetadata[]> {
  const giveUpAt = performance.now() + ledWithin
  for (;;) {
    try {
      const known = (await admin.fetchTopicMetadata({ topics })).topics
      if (known.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) return known
    } catch (error) {
      if (!toThreadkeepError(error).retryable || performance.now() > giveUpAt) throw error
    }
    if (performance.now() > giveUpAt)
      throw new ThreadkeepError(
        'UNAVAILABLE',
        'Kafka has made the topics, but no broker leads all of them yet. Try again.',
      )
    await sleep(100)
  }
}

/** Throws `MISCONFIGURED` when a topic of the log is missing, `UNAVAILABLE` when Kafka does not answer. */
export async function assertTopics(place: KafkaPlace): Promise<void> {
  await withAdmin(place, async (admin, { events, deadLetters }) => {
    const existing = await admin.listTopics()
    const missing = [events, deadLetters].filter((topic) => !existing.includes(topic))
    if (missing.length > 0)
      throw misconfigured(`Kafka has no topic ${missing.join(' and ')}: create the topics of the log first.`)
  })
}

async function withAdmin<T>(
  place: KafkaPlace,
  work: (admin: Admin, names: ReturnType<typeof openConnection>['names']) => Promise<T>,
): Promise<T> {
  const { kafka, names } = openConnection(place)
  const admin = kafka.admin()
  try {
    await admin.connect()
    return await work(admin, names)
  } catch (error) {
    throw toThreadkeepError(error)
  } finally {
    await admin.disconnect().catch(() => {})
  }
}
