import type { Origin, ServiceDefinition } from './definition.ts'
import { dockerOrigin } from './docker.ts'
import { installDebian, onPath } from './install.ts'

const settings = ['--save', '', '--appendonly', 'yes', '--maxmemory-policy', 'noeviction']
const url = (ports: readonly number[]) => `redis://127.0.0.1:${ports[0]}`

function fromBinary(binary: string, from: string): Origin {
  return {
    from,
    url,
    launch: async ({ ports, dir }, extra) => ({
      command: binary,
      args: ['--port', String(ports[0]), '--bind', '127.0.0.1', '--dir', dir, ...settings, ...extra],
    }),
  }
}

async function connect(target: string) {
  const { createClient } = await import('redis')
  const client = createClient({ url: target, socket: { reconnectStrategy: false, connectTimeout: 2000 } })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** Redis, or a server that speaks its protocol. A space is a name that its keys start with. */
export const redisService: ServiceDefinition = {
  kind: 'redis',
  variable: 'THREADKEEP_TEST_REDIS_URL',
  portCount: 1,
  docker: () =>
    dockerOrigin({
      image: 'redis:8',
      data: '/data',
      url,
      args: ([port]) => ['redis-server', '--port', String(port), ...settings],
    }),
  binary: async () => {
    const binary = onPath('redis-server', 'valkey-server')
    return binary ? fromBinary(binary, binary) : undefined
  },
  install: async () => {
    await installDebian('redis-server')
    return fromBinary('/usr/bin/redis-server', 'Debian package redis-server')
  },
  probe: async (target) => {
    const client = await connect(target)
    try {
      const info = await client.info('server')
      const valkey = /^valkey_version:(\S+)/m.exec(info)?.[1]
      return valkey ? `Valkey ${valkey}` : `Redis ${/^redis_version:(\S+)/m.exec(info)?.[1]}`
    } finally {
      client.destroy()
    }
  },
  open: async (target) => target,
  drop: async (target, prefix) => {
    const client = await connect(target)
    try {
      for await (const keys of client.scanIterator({ MATCH: `*${prefix}*`, COUNT: 1000 })) {
        if (keys.length > 0) await client.unlink(keys)
      }
    } finally {
      client.destroy()
    }
  },
}
