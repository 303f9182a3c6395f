import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { BackendUrls } from '@threadkeep/adapters'
import { ThreadkeepError } from '@threadkeep/core/store'
import type { Setting, SettingName } from './settings.ts'
import { settings } from './settings.ts'

/** All that a gateway is told. */
export interface Config {
  readonly production: boolean
  readonly host: string
  readonly port: number
  readonly data: string
  readonly urls: BackendUrls
  readonly auth: {
    /** Absent in development where none was given: it is made at the first start. */
    readonly secret: string | undefined
    readonly jwks: string | undefined
    readonly issuer: string
    readonly audience: string
    readonly tenantClaim: string | undefined
    readonly maxAge: number
  }
  readonly origins: readonly string[]
  readonly introspection: boolean
  readonly graphiql: boolean
  readonly operations: string | undefined
  readonly maxCost: number
  readonly rateLimit: { readonly capacity: number; readonly refillPerSecond: number } | undefined
  /** Milliseconds. */
  readonly deadline: number
  readonly logLevel: string
}

const logLevels = ['debug', 'info', 'warn', 'error', 'silent']
const leastSecret = 32

/**
 * Reads flags and environment once; a flag wins. `MISCONFIGURED` names everything that is wrong at once, and never shows a value that
 * may be secret. Undefined: help was asked for.
 */
export function readConfig(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Config | undefined {
  const flags = parse(args)
  if (flags['help']) return undefined
  const faults: string[] = []
  const label = (name: SettingName): string => {
    const { flag, variable }: Setting = settings[name]
    return flag === undefined ? variable : `--${flag} (${variable})`
  }
  const text = (name: SettingName): string | undefined => {
    const { flag, variable, default: by }: Setting = settings[name]
    const given = (flag === undefined ? undefined : (flags[flag] as string | undefined)) ?? env[variable]
    return given === undefined || given === '' ? by : given
  }
  const fault = (name: SettingName, message: string): void => void faults.push(`${label(name)} ${message}`)
  const choice = (name: SettingName, choices: readonly string[], absent: string): string => {
    const given = text(name) ?? absent
    if (!choices.includes(given)) fault(name, `is one of ${choices.join(', ')}.`)
    return given
  }
  const whole = (name: SettingName, least: number, most: number): number => {
    const given = text(name) ?? ''
    if (!/^\d+$/.test(given) || Number(given) < least || Number(given) > most)
      fault(name, `is a whole number from ${least} to ${most}.`)
    return Number(given)
  }

  const absentMode = env['NODE_ENV'] === 'production' ? 'production' : 'development'
  const production = choice('mode', ['development', 'production'], absentMode) === 'production'
  const inDevelopment = production ? undefined : 'threadkeep'
  const needed = (name: SettingName): string => {
    const given = text(name) ?? inDevelopment
    if (given === undefined) fault(name, 'is missing: production needs it.')
    return given ?? ''
  }
  const secret = text('secret')
  const jwks = text('jwks')
  if (secret !== undefined && jwks !== undefined) fault('secret', `and ${label('jwks')} exclude each other.`)
  if (secret !== undefined && Buffer.byteLength(secret) < leastSecret)
    fault('secret', `has at least ${leastSecret} bytes.`)
  if (jwks !== undefined && !isWebAddress(jwks, production))
    fault('jwks', `is an https address${production ? '' : ', or http in development'}.`)
  if (production && secret === undefined && jwks === undefined)
    fault('secret', `or ${label('jwks')} is missing: production proves tokens with keys of its own.`)
  const origins = (text('origins') ?? '').split(',').flatMap((origin) => origin.trim() || [])
  if (!origins.every(isOrigin)) fault('origins', 'holds origins such as https://chat.example.com.')
  const data = text('data')!
  const config: Config = {
    production,
    host: text('host') ?? (production ? '::' : '127.0.0.1'),
    port: whole('port', 0, 65_535),
    data,
    urls: readUrls(text, data),
    auth: {
      secret,
      jwks,
      issuer: needed('issuer'),
      audience: needed('audience'),
      tenantClaim: text('tenant'),
      maxAge: whole('maxAge', 1, 365 * 86_400),
    },
    origins,
    introspection: choice('introspection', ['on', 'off'], production ? 'off' : 'on') === 'on',
    graphiql: choice('graphiql', ['on', 'off'], production ? 'off' : 'on') === 'on',
    operations: text('operations'),
    maxCost: whole('maxCost', 1, 1_000_000),
    rateLimit: readRateLimit(text('rateLimit')!, () => fault('rateLimit', 'is written like 60000/1000, or off.')),
    deadline: whole('deadline', 1, 600) * 1_000,
    logLevel: choice('logLevel', logLevels, 'info'),
  }
  if (config.rateLimit && config.rateLimit.capacity < config.maxCost)
    fault('rateLimit', `lets nobody run an operation of ${label('maxCost')} points: give it at least as many at once.`)
  if (faults.length > 0) throw new ThreadkeepError('MISCONFIGURED', faults.join('\n'))
  return config
}

function readUrls(text: (name: SettingName) => string | undefined, data: string): BackendUrls {
  const store = text('store') ?? `sqlite:${join(data, 'threadkeep.db')}`
  const blobs = text('blobs') ?? (/^(mongodb|memory)/.test(store) ? undefined : `file:${join(data, 'blobs')}`)
  const optional = { live: text('live'), search: text('search'), cache: text('cache'), blobs }
  return {
    store,
    ...(Object.fromEntries(Object.entries(optional).filter(([, url]) => url !== undefined)) as Partial<BackendUrls>),
    external: text('events') !== undefined,
  }
}

function readRateLimit(given: string, fault: () => void): Config['rateLimit'] {
  if (given === 'off') return undefined
  const found = /^(\d{1,9})\/(\d{1,9})$/.exec(given)
  const [capacity, refillPerSecond] = [Number(found?.[1]), Number(found?.[2])]
  if (found && capacity > 0 && refillPerSecond > 0) return { capacity, refillPerSecond }
  fault()
  return undefined
}

function parse(args: readonly string[]): Readonly<Record<string, string | boolean | undefined>> {
  const flags = Object.values<Setting>(settings).flatMap(({ flag }) => flag ?? [])
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h' },
        ...Object.fromEntries(flags.map((flag) => [flag, { type: 'string' as const }])),
      },
    }).values as Readonly<Record<string, string | boolean | undefined>>
  } catch (cause) {
    throw new ThreadkeepError(
      'MISCONFIGURED',
      `${(cause as Error).message.replace(/\.?$/, '.')} --help lists what there is.`,
      { cause },
    )
  }
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text
}

function isWebAddress(text: string, onlySecure: boolean): boolean {
  const protocol = URL.canParse(text) ? new URL(text).protocol : ''
  return protocol === 'https:' || (protocol === 'http:' && !onlySecure)
}
