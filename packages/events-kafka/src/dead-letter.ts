import { isThreadkeepError } from '@threadkeep/core/store'
import type { KafkaMessage, Message } from 'kafkajs'

/** Where a message came from. */
export interface Origin {
  readonly topic: string
  readonly partition: number
  readonly group: string
}

const maxCause = 1_000

/** A message as it was, with where it came from and why it could not be handled. Of the cause: code and message, no stack. */
export function deadLetter({ key, value, headers, offset }: KafkaMessage, origin: Origin, cause: unknown): Message {
  return {
    key,
    value,
    headers: {
      ...headers,
      topic: origin.topic,
      partition: String(origin.partition),
      offset,
      group: origin.group,
      cause: causeOf(cause).slice(0, maxCause),
    },
  }
}

function causeOf(error: unknown): string {
  if (isThreadkeepError(error)) return `${error.code}: ${error.message}`
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
