import kafkajs from 'kafkajs'
import { misconfigured } from './errors.ts'
import { quietQueues } from './quiet-queues.ts'

/** Where the log is. */
export interface KafkaPlace {
  /** `kafka://host:9092,host:9092/name`, with `user:password@`, `?sasl=scram-sha-512` and `?ssl=true` where needed. The name defaults to `threadkeep`. */
  readonly url: string
  /** What the client has to say; nothing by default. It says passing troubles loudly: take none of it for an alarm. */
  readonly log?: (message: string) => void
}

/** The names of a log on its cluster. */
export interface LogNames {
  readonly events: string
  readonly deadLetters: string
  /** The group of those who share the reading for one purpose. */
  group(purpose: string): string
}

/** A client, and the names of the log its URL speaks of. Nothing is connected yet. */
export interface Connection {
  readonly kafka: kafkajs.Kafka
  readonly names: LogNames
}

const form =
  /^kafka(?<tls>s)?:\/\/(?:(?<user>[^:@/]+):(?<password>[^@/]*)@)?(?<brokers>[^/?@]+)(?:\/(?<name>[^?]*))?(?:\?(?<query>.*))?$/
const legalName = /^[A-Za-z0-9._-]{1,200}$/
const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const

/** Reads a Kafka URL. Throws `MISCONFIGURED` when it is none. */
export function openConnection({ url, log }: KafkaPlace): Connection {
  const parts = form.exec(url)?.groups
  if (!parts) throw misconfigured('A Kafka URL reads kafka://host:9092,host:9092/name.')
  const { tls, user, password, brokers, name, query } = parts
  const options = new URLSearchParams(query)
  for (const key of options.keys())
    if (key !== 'ssl' && key !== 'sasl')
      throw misconfigured(`A Kafka URL has no option called ${key}: there are sasl and ssl.`)
  const mechanism = mechanisms.find((known) => known === (options.get('sasl') ?? 'plain'))
  if (!mechanism) throw misconfigured(`sasl in a Kafka URL is one of ${mechanisms.join(', ')}.`)
  const base = name || 'threadkeep'
  if (!legalName.test(base))
    throw misconfigured('The name in a Kafka URL is made of letters, digits, dots, dashes and underscores.')
  quietQueues()
  return {
    kafka: new kafkajs.Kafka({
      clientId: 'threadkeep',
      brokers: brokers!.split(',').map((broker) => (/:\d+$/.test(broker) ? broker : `${broker}:9092`)),
      ssl: tls !== undefined || options.get('ssl') === 'true',
      ...(user !== undefined && {
        sasl: {
          mechanism,
          username: decodeURIComponent(user),
          password: decodeURIComponent(password!),
        } as kafkajs.SASLOptions,
      }),
      connectionTimeout: 3_000,
      requestTimeout: 10_000,
      // Who calls decides how often to try again: a call that takes minutes to fail helps nobody.
      retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000 },
      logLevel: log ? kafkajs.logLevel.INFO : kafkajs.logLevel.NOTHING,
      logCreator: () => (entry) => log?.(`${entry.namespace}: ${entry.log.message}`),
    }),
    names: {
      events: `${base}.events`,
      deadLetters: `${base}.dead-letters`,
      group: (purpose) => `${base}.${purpose}`,
    },
  }
}
