import { chownSync, existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Origin, ServiceDefinition } from './definition.ts'
import { dockerOrigin } from './docker.ts'
import { execute, installDebian, isExecutable, onPath } from './install.ts'

const url = (ports: readonly number[]) => `postgres://postgres@127.0.0.1:${ports[0]}/postgres`

// SIGTERM would wait until every client has left.
const stopSignal = 'SIGINT'

/** The newest server among the places where packages put it; it is seldom on PATH. */
function findBinaries(): string | undefined {
  const onPathBinary = onPath('postgres')
  if (onPathBinary) return join(onPathBinary, '..')
  const places = [
    '/usr/lib/postgresql/*/bin',
    '/usr/pgsql-*/bin',
    '/opt/homebrew/opt/postgresql*/bin',
    '/usr/local/opt/postgresql*/bin',
    '/Applications/Postgres.app/Contents/Versions/*/bin',
  ]
  const found = places.flatMap((place) => globSync(place)).filter((dir) => isExecutable(join(dir, 'postgres')))
  return found.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1)
}

/** PostgreSQL refuses to run as root; its packages bring a user for it. */
function serverUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const line = /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'))
  if (!line) throw new Error('PostgreSQL refuses to run as root, and this machine has no user called postgres')
  return { uid: Number(line[1]), gid: Number(line[2]) }
}

function fromBinaries(bin: string, from: string): Origin {
  return {
    from,
    url,
    launch: async ({ ports, dir }, extra) => {
      const user = serverUser()
      if (user) chownSync(dir, user.uid, user.gid)
      const data = join(dir, 'data')
      if (!existsSync(join(data, 'PG_VERSION'))) {
        const how = ['-D', data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--locale=C', '--no-sync']
        await execute(join(bin, 'initdb'), how, user && { user })
      }
      return {
        command: join(bin, 'postgres'),
        args: ['-D', data, '-p', String(ports[0]), '-k', dir, '-c', 'listen_addresses=127.0.0.1', ...extra],
        stopSignal,
        ...(user && { user }),
      }
    },
  }
}

async function connect(target: string) {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: target, connectionTimeoutMillis: 2000 })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** PostgreSQL. A space is a database. */
export const postgresService: ServiceDefinition = {
  kind: 'postgres',
  variable: 'THREADKEEP_TEST_POSTGRES_URL',
  portCount: 1,
  docker: () =>
    dockerOrigin({
      image: 'postgres:17',
      data: '/var/lib/postgresql/data',
      url,
      stopSignal,
      env: () => ({ POSTGRES_HOST_AUTH_METHOD: 'trust' }),
      args: ([port]) => ['postgres', '-p', String(port)],
    }),
  binary: async () => {
    const bin = findBinaries()
    return bin ? fromBinaries(bin, bin) : undefined
  },
  install: async () => {
    await installDebian('postgresql')
    const bin = findBinaries()
    if (!bin) throw new Error('the Debian package postgresql brought no server')
    return fromBinaries(bin, 'Debian package postgresql')
  },
  probe: async (target) => {
    const client = await connect(target)
    try {
      const { rows } = await client.query<{ version: string }>(`select current_setting('server_version') as version`)
      return `PostgreSQL ${rows[0]!.version.split(' ')[0]}`
    } finally {
      await client.end()
    }
  },
  open: async (target, name) => {
    const client = await connect(target)
    try {
      await client.query(`create database "${name}"`)
    } finally {
      await client.end()
    }
    const address = new URL(target)
    address.pathname = `/${name}`
    return address.href
  },
  drop: async (target, prefix) => {
    const client = await connect(target)
    try {
      const found = await client.query<{ name: string }>('select datname as name from pg_database')
      for (const { name } of found.rows) {
        if (name.startsWith(prefix)) await client.query(`drop database if exists "${name}" with (force)`)
      }
    } finally {
      await client.end()
    }
  },
}
