import { isThreadkeepError, ThreadkeepError } from '@threadkeep/core/store'

const noTopic = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'KafkaJSTopicMetadataNotLoaded', 'KafkaJSMetadataNotLoaded'])
const noAccess = /AUTHORIZATION_FAILED|SASL_|^KafkaJSSASLAuthenticationError$/
const passing =
  /^KafkaJS(NumberOfRetriesExceeded|Connection|ConnectionClosed|RequestTimeout|NoBrokerAvailable|BrokerNotFound|LockTimeout|Timeout|GroupCoordinatorNotFound)/

interface KafkaFailure {
  readonly name: string
  readonly type?: string
  readonly message: string
  readonly retriable?: boolean
  readonly cause?: unknown
}

/** The ThreadkeepError that says what an error of the Kafka client or broker means, and what to do. */
export function toThreadkeepError(error: unknown): ThreadkeepError {
  if (isThreadkeepError(error)) return error
  const chain = causes(error)
  const says = (words: (word: string) => boolean): boolean =>
    chain.some(({ name, type }) => words(name) || (type !== undefined && words(type)))
  if (says((word) => noAccess.test(word)))
    return new ThreadkeepError('MISCONFIGURED', 'Kafka refuses these credentials, or they may not use the topics.', {
      cause: error,
    })
  if (says((word) => noTopic.has(word)))
    return new ThreadkeepError('UNAVAILABLE', 'Kafka does not know the topics at the moment. Were they created?', {
      cause: error,
    })
  if (says((word) => passing.test(word)) || chain.some(({ retriable }) => retriable === true))
    return new ThreadkeepError('UNAVAILABLE', 'Kafka does not answer at the moment. Try again.', { cause: error })
  return new ThreadkeepError('INTERNAL', `Kafka: ${chain[0]?.message ?? String(error)}`, { cause: error })
}

/** The error of a broker that has gone silent: its connection is of no more use. */
export function noAnswer(): ThreadkeepError {
  return new ThreadkeepError('UNAVAILABLE', 'Kafka has not answered in time. Try again.')
}

/** The error of a URL, or of topics, that this package must not go on with. */
export function misconfigured(message: string): ThreadkeepError {
  return new ThreadkeepError('MISCONFIGURED', message)
}

/** An error and what it came from. */
function causes(error: unknown): readonly KafkaFailure[] {
  const chain: KafkaFailure[] = []
  for (let at = error; at instanceof Error && chain.length < 8; at = (at as KafkaFailure).cause) chain.push(at)
  return chain
}
