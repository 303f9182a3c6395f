import { randomBytes } from 'node:crypto'
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Origin, ServiceDefinition } from './definition.ts'
import { dockerOrigin } from './docker.ts'
import { announce, cacheDirectory, execute, installDebian, onPath, withInstallLock } from './install.ts'

const version = '4.1.1'
const url = (ports: readonly number[]) => `kafka://127.0.0.1:${ports[0]}`

/** One node that is broker and controller, tuned to be up soon and to rebalance at once. */
function properties(ports: readonly number[], listen: string): Readonly<Record<string, string>> {
  const [port, controller] = ports
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `PLAINTEXT://${listen}:${port},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'num.partitions': '3',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    'auto.create.topics.enable': 'false',
  }
}

/** Settings as the image reads them. */
function asVariables(settings: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  return Object.fromEntries(settings.map(([key, value]) => [`KAFKA_${key.replaceAll('.', '_').toUpperCase()}`, value]))
}

function fromJars(libs: string, java: string, from: string): Origin {
  return {
    from,
    url,
    server: `Apache Kafka ${version}`,
    launch: async ({ ports, dir }, extra) => {
      const file = join(dir, 'server.properties')
      const data = join(dir, 'log')
      const lines = Object.entries({ ...properties(ports, '127.0.0.1'), 'log.dirs': data }).map((pair) =>
        pair.join('='),
      )
      writeFileSync(file, [...lines, ...extra, ''].join('\n'))
      const classPath = join(libs, '*')
      if (!existsSync(join(data, 'meta.properties'))) {
        // A cluster id is 16 bytes; the tool would take a leading dash for an option.
        const id = `k${randomBytes(16).toString('base64url').slice(1)}`
        await execute(java, ['-cp', classPath, 'kafka.tools.StorageTool', 'format', '-t', id, '-c', file])
      }
      return { command: java, args: ['-Xmx512m', '-cp', classPath, 'kafka.Kafka', file] }
    },
  }
}

async function installJars(): Promise<string> {
  const libs = join(cacheDirectory(), `kafka-${version}`)
  await withInstallLock('kafka', async () => {
    if (existsSync(libs)) return
    if (!onPath('mvn')) await installDebian('maven')
    announce(`fetching Apache Kafka ${version} from Maven Central`)
    const partial = `${libs}.part`
    rmSync(partial, { recursive: true, force: true })
    const pom = fileURLToPath(new URL('kafka-pom.xml', import.meta.url))
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${partial}`]
    await execute('mvn', ['-q', '-B', '-f', pom, ...goal])
    renameSync(partial, libs)
  })
  return libs
}

async function withAdmin<T>(target: string, work: (admin: import('kafkajs').Admin) => Promise<T>): Promise<T> {
  const { Kafka, logLevel } = (await import('kafkajs')).default
  const brokers = [new URL(target).host]
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING, connectionTimeout: 2000, retry: { retries: 0 } })
  const admin = kafka.admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

/** Kafka, one node. A space is a name that its topics and groups start with. */
export const kafkaService: ServiceDefinition = {
  kind: 'kafka',
  variable: 'THREADKEEP_TEST_KAFKA_URL',
  portCount: 2,
  docker: () =>
    dockerOrigin({
      image: `apache/kafka:${version}`,
      data: '/var/lib/kafka/data',
      url,
      server: `Apache Kafka ${version}`,
      args: () => [],
      env: (ports) => asVariables(Object.entries(properties(ports, '0.0.0.0'))),
      extraEnv: (extra) => asVariables(extra.map((line) => line.split('=', 2) as [string, string])),
    }),
  binary: async () => {
    const java = onPath('java')
    const home = [process.env['KAFKA_HOME'], '/opt/kafka'].find((dir) => dir && existsSync(join(dir, 'libs')))
    return java && home ? fromJars(join(home, 'libs'), java, home) : undefined
  },
  install: async () => {
    if (!onPath('java')) await installDebian('default-jre-headless')
    return fromJars(await installJars(), onPath('java')!, `Maven Central org.apache.kafka ${version}`)
  },
  probe: (target) =>
    withAdmin(target, async (admin) => {
      const { brokers } = await admin.describeCluster()
      return `Kafka (${brokers.length} broker${brokers.length === 1 ? '' : 's'})`
    }),
  open: async (target) => target,
  drop: (target, prefix) =>
    withAdmin(target, async (admin) => {
      const { groups } = await admin.listGroups()
      const groupIds = groups.map((group) => group.groupId).filter((id) => id.startsWith(prefix))
      if (groupIds.length > 0) await admin.deleteGroups(groupIds)
      const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix))
      if (topics.length > 0) await admin.deleteTopics({ topics })
    }),
}
