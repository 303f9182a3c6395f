import { parseArgs } from 'node:util'
import type { BackendUrls, Variable } from '@threadkeep/adapters'
import { ThreadkeepError } from '@threadkeep/core/store'
import type { JobName } from '../worker.ts'
import { jobNames } from '../worker.ts'

/** What a worker process is told to do. */
export type Command =
  | { readonly do: 'help' }
  | {
      readonly do: 'topics'
      readonly events: string
      readonly partitions: number | undefined
      readonly replication: number | undefined
    }
  | {
      readonly do: 'work'
      readonly urls: BackendUrls
      readonly events: string | undefined
      readonly jobs: readonly JobName[]
      readonly host: string
      readonly port: number
      readonly expiryEvery: number
      /** Milliseconds. */
      readonly takeover: number
      readonly logLevel: string
    }

interface Setting {
  readonly variable: Variable
  readonly default?: string
  readonly help: string
}

/** Every setting: a flag, and the variable that stands in for it. */
const settings = {
  jobs: { variable: 'THREADKEEP_JOBS', default: jobNames.join(','), help: 'What to do, separated by commas.' },
  store: { variable: 'THREADKEEP_STORE', help: 'mongodb://…, postgres://…, redis://… or sqlite:<file>.' },
  events: { variable: 'THREADKEEP_EVENTS', help: 'kafka://host:9092,host:9092/name. Only expiry does without.' },
  live: { variable: 'THREADKEEP_LIVE', help: 'redis://… or postgres://…: hints to subscribers of gateways.' },
  search: { variable: 'THREADKEEP_SEARCH', help: 'Where the search index is. Default: with the store.' },
  blobs: { variable: 'THREADKEEP_BLOBS', help: 'mongodb://… or file:<directory>. Default: with MongoDB, else none.' },
  cache: { variable: 'THREADKEEP_CACHE', help: "redis://…: the gateways' cache, told of what is written here." },
  host: { variable: 'THREADKEEP_HOST', default: '0.0.0.0', help: 'Where /healthz, /readyz and /metrics listen.' },
  port: { variable: 'THREADKEEP_PORT', default: '4100', help: 'Their port; 0 for any free one.' },
  'expiry-every': { variable: 'THREADKEEP_EXPIRY_EVERY', default: '30', help: 'Seconds between rounds of expiry.' },
  takeover: {
    variable: 'THREADKEEP_TAKEOVER',
    default: '10',
    help: 'Seconds until the work of a process that died goes to others; Kafka takes 6 or more.',
  },
  'log-level': { variable: 'THREADKEEP_LOG_LEVEL', default: 'info', help: 'debug, info, warn, error or silent.' },
  partitions: { variable: 'THREADKEEP_PARTITIONS', help: 'topics: how many. Default 16; choose once.' },
  replication: { variable: 'THREADKEEP_REPLICATION', help: "topics: copies of each. Default: the broker's." },
} as const satisfies Readonly<Record<string, Setting>>

type Name = keyof typeof settings

const logLevels = ['debug', 'info', 'warn', 'error', 'silent']

/** How a worker is called. */
export const helpText = [
  'threadkeep-worker [flags]          works until it is stopped',
  'threadkeep-worker topics [flags]   makes the topics of the log that are missing, and ends',
  '',
  ...Object.entries<Setting>(settings).map(
    ([name, { variable, help, default: by }]) =>
      `  --${name.padEnd(13)} ${variable.padEnd(24)} ${help}${by === undefined ? '' : ` Default ${by}.`}`,
  ),
  '',
].join('\n')

/** Reads flags and environment; a flag wins. `MISCONFIGURED` names what is wrong, and never shows a value that may be secret. */
export function readCommand(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Command {
  const { values, positionals } = parse(args)
  if (values['help']) return { do: 'help' }
  const given = (name: Name): string | undefined => {
    const value = values[name] ?? env[settings[name].variable]
    return value === undefined || value === '' ? (settings[name] as Setting).default : value
  }
  const need = (name: Name): string => given(name) ?? fail(`--${name} (${settings[name].variable}) is missing.`)
  const whole = (name: Name, least: number): number | undefined => {
    const text = given(name)
    if (text === undefined) return undefined
    if (!/^\d+$/.test(text) || Number(text) < least) fail(`--${name} is a whole number of at least ${least}.`)
    return Number(text)
  }
  if (positionals[0] === 'topics' && positionals.length === 1)
    return {
      do: 'topics',
      events: need('events'),
      partitions: whole('partitions', 1),
      replication: whole('replication', 1),
    }
  if (positionals.length > 0) fail('There is one command: topics.')
  const jobs = need('jobs').split(',').map(jobOf)
  const logLevel = need('log-level')
  if (!logLevels.includes(logLevel)) fail(`--log-level is one of ${logLevels.join(', ')}.`)
  if (jobs.some((job) => job !== 'expiry')) need('events')
  const optional = Object.fromEntries(
    (['live', 'search', 'blobs', 'cache'] as const).flatMap((name) => {
      const url = given(name)
      return url === undefined ? [] : [[name, url]]
    }),
  )
  return {
    do: 'work',
    urls: { store: need('store'), ...optional, external: true, cacheReads: false },
    events: given('events'),
    jobs,
    host: need('host'),
    port: whole('port', 0)!,
    expiryEvery: whole('expiry-every', 1)! * 1_000,
    takeover: whole('takeover', 1)! * 1_000,
    logLevel,
  }
}

function parse(args: readonly string[]): {
  readonly values: { readonly help?: boolean } & { readonly [name in Name]?: string }
  readonly positionals: readonly string[]
} {
  const names = Object.keys(settings) as Name[]
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        ...Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
      },
    })
  } catch (cause) {
    throw new ThreadkeepError(
      'MISCONFIGURED',
      `${(cause as Error).message.replace(/\.?$/, '.')} --help lists what there is.`,
      { cause },
    )
  }
}

function jobOf(text: string): JobName {
  return jobNames.find((name) => name === text.trim()) ?? fail(`--jobs is made of ${jobNames.join(', ')}.`)
}

function fail(message: string): never {
  throw new ThreadkeepError('MISCONFIGURED', message)
}
