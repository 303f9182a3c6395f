import { setTimeout as sleep } from 'node:timers/promises'
import { ThreadkeepError } from '@threadkeep/core/store'
import type { Kafka, Message, Producer } from 'kafkajs'
import { noAnswer, toThreadkeepError } from './errors.ts'

/** Sends to Kafka; every answer means durable on all replicas in sync. */
export interface SafeProducer {
  /** Answers with the offset of the first message, of those that went to one partition. */
  send(topic: string, messages: readonly Message[]): Promise<number>
  /** What is under way has three seconds to end; what has not ended then rejects, and may have happened. */
  close(): Promise<void>
}

/** A producer as long as it is of use. */
interface Use {
  readonly producer: Producer
  readonly connected: Promise<void>
  /** Rejects once nothing is to be expected of it any more. */
  readonly lost: Promise<never>
  lose(error: ThreadkeepError): void
}

/** Milliseconds that a broker waits for its replicas: less than we wait for the broker. */
const replicasWithin = 8_000
const closeWithin = 3_000

/** Header that names the lane of a message. */
export const laneHeader = 'lane'

/**
 * An idempotent producer, connected when it is first needed. After a failure it is thrown away: what an idempotent producer knows of its
 * own numbering may then differ from what the broker knows, and only a new one is certain to agree.
 */
export function safeProducer(kafka: Kafka): SafeProducer {
  let current: Use | undefined
  let closed = false

  function connect(): Use {
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: () => byLane,
    })
    const { promise: lost, reject: lose } = Promise.withResolvers<never>()
    lost.catch(() => {})
    // The client would ask again and again over a connection that has gone silent.
    producer.on(producer.events.REQUEST_TIMEOUT, () => lose(noAnswer()))
    const connected = producer.connect()
    connected.catch(() => {})
    return { producer, connected, lost, lose }
  }

  /** Answers when it has said goodbye, over which a connection that has gone silent takes long. */
  async function discard(broken: Use): Promise<void> {
    if (current === broken) current = undefined
    await broken.connected.then(() => broken.producer.disconnect()).catch(() => {})
  }

  async function send(topic: string, messages: readonly Message[]): Promise<number> {
    if (closed) throw closedEarly()
    current ??= connect()
    const used = current
    const { producer, connected, lost } = used
    try {
      await Promise.race([connected, lost])
      const sending = producer.send({ topic, messages: [...messages], acks: -1, timeout: replicasWithin })
      const [answer] = await Promise.race([sending, lost])
      return Number(answer!.baseOffset)
    } catch (error) {
      void discard(used)
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
      const late = sleep(closeWithin, undefined, { ref: false })
      await Promise.race([last, late])
      closed = true
      current?.lose(closedEarly())
      if (current) await Promise.race([discard(current), late])
    },
  }
}

function closedEarly(): ThreadkeepError {
  return new ThreadkeepError('UNAVAILABLE', 'The Kafka client was closed before Kafka had answered.')
}

/** A lane goes through one partition, so that it has one reader at a time. What names no lane goes through the first. */
function byLane({ partitionMetadata, message }: { partitionMetadata: readonly unknown[]; message: Message }): number {
  const lane = Number(String(message.headers?.[laneHeader]))
  return Number.isInteger(lane) ? lane % partitionMetadata.length : 0
}
