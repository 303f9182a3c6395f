import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MongoClient } from 'mongodb'
import type { Origin, ServiceDefinition } from './definition.ts'
import { dockerOrigin } from './docker.ts'
import { announce, cacheDirectory, execute, onPath, withInstallLock } from './install.ts'

const replicaSet = 'threadkeep'
const standIn = '0.7.0b3'
/** Seconds until what a killed client had begun is undone: until then its records are held. */
const transactionLife = 5
const lifeArgs = ['--setParameter', `transactionLifetimeLimitSeconds=${transactionLife}`]
// The stand-in takes this from nowhere but its constructor.
const withLife = `
from secantus.server import SecantusDBServer
SecantusDBServer.__init__.__kwdefaults__['transaction_lifetime_seconds'] = ${transactionLife}.0
from secantus.cli import main
main()`
const url = (ports: readonly number[]) => `mongodb://127.0.0.1:${ports[0]}/?replicaSet=${replicaSet}`

/** Answers what `work` does with a client of the server, and closes the client. */
async function withClient<T>(target: string, work: (client: MongoClient) => Promise<T>, direct = false): Promise<T> {
  const { MongoClient } = await import('mongodb')
  const address = new URL(target)
  if (direct) address.searchParams.delete('replicaSet')
  const client = new MongoClient(address.href, {
    serverSelectionTimeoutMS: 3000,
    connectTimeoutMS: 3000,
    ...(direct && { directConnection: true }),
  })
  try {
    return await work(await client.connect())
  } finally {
    await client.close()
  }
}

async function initiate(target: string): Promise<void> {
  await withClient(
    target,
    async (client) => {
      const admin = client.db('admin')
      const hello = await admin.command({ hello: 1 })
      if (hello['setName']) return
      const members = [{ _id: 0, host: new URL(target).host }]
      await admin.command({ replSetInitiate: { _id: replicaSet, members } })
    },
    true,
  )
}

function fromMongod(binary: string): Origin {
  return {
    from: binary,
    url,
    initiate,
    launch: async ({ ports, dir }, extra) => ({
      command: binary,
      args: [
        '--replSet',
        replicaSet,
        '--bind_ip',
        '127.0.0.1',
        '--port',
        String(ports[0]),
        '--dbpath',
        dir,
        ...lifeArgs,
        ...extra,
      ],
    }),
  }
}

/** SecantusDB speaks MongoDB's protocol. It runs in a process of its own and stands in where no mongod can be had. */
function fromStandIn(python: string): Origin {
  return {
    from: `PyPI SecantusDB ${standIn}`,
    server: `SecantusDB ${standIn} (MongoDB wire protocol)`,
    url: (ports) => `mongodb://127.0.0.1:${ports[0]}/?replicaSet=secantus`,
    launch: async ({ ports, dir }, extra) => ({
      command: python,
      args: [
        ...[
          '-c',
          withLife,
          '--host',
          '127.0.0.1',
          '--port',
          String(ports[0]),
          '--storage-path',
          dir,
          '--log-level',
          'WARNING',
        ],
        // Without it a crash loses acknowledged transactions; and tests ask for faults.
        ...['--sync-on-commit', '--enable-test-commands', ...extra],
      ],
    }),
  }
}

async function installStandIn(): Promise<string> {
  const venv = join(cacheDirectory(), `secantusdb-${standIn}`)
  const complete = join(venv, '.complete')
  const python3 = join(venv, 'bin', 'python')
  await withInstallLock('secantusdb', async () => {
    if (existsSync(complete)) return
    const python = onPath('python3')
    if (!python) throw new Error('there is no mongod, and installing SecantusDB takes python3')
    announce(`installing SecantusDB ${standIn} from PyPI`)
    rmSync(venv, { recursive: true, force: true })
    await execute(python, ['-m', 'venv', venv])
    await execute(join(venv, 'bin', 'pip'), ['install', '-q', '--disable-pip-version-check', `SecantusDB==${standIn}`])
    writeFileSync(complete, '')
  })
  return python3
}

/** MongoDB as a replica set of one. A space is a database. */
export const mongodbService: ServiceDefinition = {
  kind: 'mongodb',
  variable: 'THREADKEEP_TEST_MONGODB_URL',
  portCount: 1,
  docker: () =>
    dockerOrigin({
      image: 'mongo:8',
      data: '/data/db',
      url,
      initiate,
      args: ([port]) => ['mongod', '--replSet', replicaSet, '--bind_ip_all', '--port', String(port), ...lifeArgs],
    }),
  binary: async () => {
    const binary = onPath('mongod')
    return binary ? fromMongod(binary) : undefined
  },
  install: async () => fromStandIn(await installStandIn()),
  probe: (target) =>
    withClient(target, async (client) => {
      const [hello, build] = await Promise.all([
        client.db('admin').command({ hello: 1 }),
        client.db('admin').command({ buildInfo: 1 }),
      ])
      if (!hello['isWritablePrimary']) throw new Error('there is no primary yet')
      return `MongoDB ${build['version']}`
    }),
  open: async (target, name) => {
    const address = new URL(target)
    address.pathname = `/${name}`
    return address.href
  },
  drop: (target, prefix) =>
    withClient(target, async (client) => {
      const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true })
      for (const { name } of databases) if (name.startsWith(prefix)) await client.db(name).dropDatabase()
    }),
}
