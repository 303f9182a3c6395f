import type { Kafka, Message, Producer } from 'kafkajs'
import { toThreadkeepError } from './errors.ts'

/** Sends to Kafka; every answer means durable on all replicas in sync. */
export interface SafeProducer {
  /** Answers with the offset of the first message, of those that went to one partition. */
  send(topic: string, messages: readonly Message[]): Promise<number>
  close(): Promise<void>
}

/** Header that names the lane of a message. */
export const laneHeader = 'lane'

/**
 * An idempotent producer, connected when it is first needed. After a failure it is thrown away: what an idempotent producer knows of its
 * own numbering may then differ from what the broker knows, and only a new one is certain to agree.
 */
export function safeProducer(kafka: Kafka): SafeProducer {
  let current: Promise<Producer> | undefined

  async function connect(): Promise<Producer> {
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: () => byLane,
    })
    await producer.connect()
    return producer
  }

  function discard(broken: Promise<Producer>): void {
    if (current === broken) current = undefined
    broken.then((producer) => producer.disconnect()).catch(() => {})
  }

  async function send(topic: string, messages: readonly Message[]): Promise<number> {
    current ??= connect()
    const used = current
    try {
      const producer = await used
      const [answer] = await producer.send({ topic, messages: [...messages], acks: -1, timeout: 10_000 })
      return Number(answer!.baseOffset)
    } catch (error) {
      discard(used)
      throw toThreadkeepError(error)
    }
  }

  let last: Promise<unknown> = Promise.resolve()
  return {
    // One after another: the broker takes an idempotent producer's batches no other way.
    send(topic, messages) {
      const sending = last.then(() => send(topic, messages))
      last = sending.catch(() => {})
      return sending
    },
    async close() {
      await last
      const open = current
      current = undefined
      await open?.then((producer) => producer.disconnect()).catch(() => {})
    },
  }
}

/** A lane goes through one partition, so that it has one reader at a time. What names no lane goes through the first. */
function byLane({ partitionMetadata, message }: { partitionMetadata: readonly unknown[]; message: Message }): number {
  const lane = Number(String(message.headers?.[laneHeader]))
  return Number.isInteger(lane) ? lane % partitionMetadata.length : 0
}
