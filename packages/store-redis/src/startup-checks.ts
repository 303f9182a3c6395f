import type { Connection } from './connection.ts'
import { misconfigured } from './errors.ts'

/** What a store demands of the server it starts on. */
export interface Demands {
  /** `primary` holds records that are nowhere else; a `cache` may lose any. */
  readonly role: 'primary' | 'cache'
  /** How many replicas must be connected. */
  readonly replicas: number
}

const oldest = 7

/**
 * Refuses a server that would not keep its promises: too old, a replica, or one that evicts records nobody else has. Warns
 * when a primary store would lose commits at a crash. Asks INFO, which managed servers answer too.
 */
export async function checkServer(connection: Connection, { role, replicas }: Demands): Promise<void> {
  const info = parseInfo(await connection.send<string>(['INFO'], 'read'))
  const version = info.get('redis_version') ?? ''
  if (Number.parseInt(version, 10) < oldest) {
    throw misconfigured(`Redis ${version} is too old: the store needs ${oldest}.0 or later.`)
  }
  if (info.get('role') === 'slave') {
    throw misconfigured('This Redis server is a replica, which takes no writes. Connect to its master.')
  }
  const connected = [...info].filter(
    ([name, value]) => /^slave\d+$/.test(name) && value.includes('state=online'),
  ).length
  if (connected < replicas) {
    throw misconfigured(
      `durability "replicated" waits for ${replicas} replicas, but ${connected} are connected. Connect more, or ask for fewer.`,
    )
  }
  if (role === 'cache') return
  const policy = info.get('maxmemory_policy')
  if (policy !== undefined && policy !== 'noeviction') {
    throw misconfigured(
      `This Redis server evicts records when memory is short (maxmemory-policy ${policy}), and nobody else has them. Run "CONFIG SET maxmemory-policy noeviction", or open the store with role: 'cache'.`,
    )
  }
  if (info.get('aof_enabled') === '0') {
    process.emitWarning(
      'This Redis server has appendonly off, so a crash loses what was written since its last snapshot. Run "CONFIG SET appendonly yes".',
      { code: 'THREADKEEP_REDIS_WITHOUT_AOF' },
    )
  }
}

function parseInfo(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\r\n').filter((line) => line.includes(':'))
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]))
}
