import type { Variable } from '@threadkeep/adapters'

/** One thing to decide before the start. */
export interface Setting {
  readonly variable: Variable
  /** Absent: only from the environment, since arguments of a process are seen by everybody on the machine. */
  readonly flag?: string
  readonly default?: string
  readonly help: string
}

/** Every setting of the gateway: a variable of the environment and, for most, a flag that wins over it. */
export const settings = {
  mode: {
    variable: 'THREADKEEP_MODE',
    flag: 'mode',
    help: 'development or production. Default: production where NODE_ENV says so, else development.',
  },
  host: {
    variable: 'THREADKEEP_HOST',
    flag: 'host',
    help: 'Where to listen. Default: 127.0.0.1 in development, all addresses in production.',
  },
  port: { variable: 'THREADKEEP_PORT', flag: 'port', default: '4000', help: 'The port; 0 for any free one.' },
  data: {
    variable: 'THREADKEEP_DATA',
    flag: 'data',
    default: './data',
    help: 'A directory for the secret of development and for what has no other place.',
  },
  store: {
    variable: 'THREADKEEP_STORE',
    flag: 'store',
    help: 'memory:, sqlite:<file>, mongodb://…, postgres://… or redis://…. Default: sqlite:<data>/threadkeep.db.',
  },
  live: {
    variable: 'THREADKEEP_LIVE',
    flag: 'live',
    help: 'redis://… or postgres://…: hints between gateways. Default: within this process. Redis also shares the rate limit.',
  },
  search: {
    variable: 'THREADKEEP_SEARCH',
    flag: 'search',
    help: 'memory:, sqlite:<file>, mongodb://…, postgres://… or none:. Default: with the store.',
  },
  blobs: {
    variable: 'THREADKEEP_BLOBS',
    flag: 'blobs',
    help: 'memory:, file:<directory>, mongodb://… or none:. Default: with MongoDB, else file:<data>/blobs.',
  },
  cache: { variable: 'THREADKEEP_CACHE', flag: 'cache', help: 'redis://…: copies of records in front of the store.' },
  events: {
    variable: 'THREADKEEP_EVENTS',
    flag: 'events',
    help: 'kafka://…: workers index, count and clean up. Default: this process does.',
  },
  secret: { variable: 'THREADKEEP_JWT_SECRET', help: 'The secret of HS256 tokens: at least 32 bytes.' },
  jwks: { variable: 'THREADKEEP_JWKS_URL', flag: 'jwks-url', help: 'Where public keys of tokens are found.' },
  issuer: {
    variable: 'THREADKEEP_JWT_ISSUER',
    flag: 'jwt-issuer',
    help: 'What `iss` of a token must be. Default in development: threadkeep.',
  },
  audience: {
    variable: 'THREADKEEP_JWT_AUDIENCE',
    flag: 'jwt-audience',
    help: 'What `aud` of a token must hold. Default in development: threadkeep.',
  },
  tenant: {
    variable: 'THREADKEEP_JWT_TENANT_CLAIM',
    flag: 'jwt-tenant-claim',
    help: 'The claim that names the tenant; tokens without it are then refused. Default: no tenants.',
  },
  maxAge: {
    variable: 'THREADKEEP_JWT_MAX_AGE',
    flag: 'jwt-max-age',
    default: '86400',
    help: 'Seconds after `iat` in which a token counts at most.',
  },
  origins: {
    variable: 'THREADKEEP_ORIGINS',
    flag: 'origins',
    help: 'Origins of pages that may talk to the gateway, separated by commas. Default: its own alone.',
  },
  introspection: {
    variable: 'THREADKEEP_INTROSPECTION',
    flag: 'introspection',
    help: 'on or off: whether the schema may be asked for. Default: on in development.',
  },
  graphiql: {
    variable: 'THREADKEEP_GRAPHIQL',
    flag: 'graphiql',
    help: 'on or off: a page to try operations. Default: on in development.',
  },
  operations: {
    variable: 'THREADKEEP_OPERATIONS',
    flag: 'operations',
    help: 'Files of registered documents, separated by commas: .graphql, or JSON with a list of texts. No others are run. Default: all are.',
  },
  maxCost: {
    variable: 'THREADKEEP_MAX_COST',
    flag: 'max-cost',
    default: '10000',
    help: 'Points that one operation may cost.',
  },
  rateLimit: {
    variable: 'THREADKEEP_RATE_LIMIT',
    flag: 'rate-limit',
    default: '60000/1000',
    help: 'Points a user may spend at once / points that come back each second; or off.',
  },
  deadline: {
    variable: 'THREADKEEP_DEADLINE',
    flag: 'deadline',
    default: '15',
    help: 'Seconds that a query or mutation may take.',
  },
  logLevel: {
    variable: 'THREADKEEP_LOG_LEVEL',
    flag: 'log-level',
    default: 'info',
    help: 'debug (every request), info, warn, error or silent.',
  },
} as const satisfies Readonly<Record<string, Setting>>

/** The name of a setting. */
export type SettingName = keyof typeof settings

/** How the gateway is called. */
export const helpText = [
  'threadkeep-gateway [flags]                serves Threadkeep over GraphQL until it is stopped',
  'threadkeep-gateway token <user> [flags]   prints a token that makes one that user; in development',
  '',
  ...Object.values<Setting>(settings).flatMap(({ variable, flag, help, default: by }) => [
    `  ${(flag === undefined ? '' : `--${flag}`).padEnd(20)} ${variable}`,
    `      ${help}${by === undefined ? '' : ` Default: ${by}.`}`,
  ]),
  '',
].join('\n')
