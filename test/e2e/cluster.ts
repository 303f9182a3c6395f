import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTopics } from '@threadkeep/events-kafka'
import type { AppProcess } from '@threadkeep/test-support/apps'
import { compileGateway, startApp, workerMain } from '@threadkeep/test-support/apps'
import { gatewayEnv } from './gateway-env.ts'

/** Where everything is kept. */
export interface Places {
  readonly mongodb: string
  readonly redis: string
  readonly kafka: string
}

/** A process of the cluster, which may be killed and started again. */
export interface Node {
  readonly name: string
  /** Where it listens; while it is away, where it listened last. */
  readonly url: string
  /** Ends it with SIGKILL. */
  kill(): Promise<void>
  /** Starts it anew, and answers when it listens. */
  start(): Promise<void>
}

/** Gateways and workers on the same servers, each in a process of its own. */
export interface Cluster extends AsyncDisposable {
  readonly gateways: readonly Node[]
  readonly workers: readonly Node[]
}

/** Starts two gateways, with a cache that they share, and two workers. */
export async function startCluster({ mongodb, redis, kafka }: Places): Promise<Cluster> {
  const data = mkdtempSync(join(tmpdir(), 'threadkeep-e2e-'))
  const env = {
    THREADKEEP_STORE: mongodb,
    THREADKEEP_LIVE: redis,
    THREADKEEP_CACHE: redis,
    THREADKEEP_EVENTS: kafka,
    THREADKEEP_HOST: '127.0.0.1',
    THREADKEEP_PORT: '0',
    // The next life of a process begins sooner.
    NODE_COMPILE_CACHE: join(data, 'compiled'),
  }
  await createTopics({ url: kafka }, { partitions: 4, replicationFactor: 1 })
  const compiled = compileGateway()
  const nodes = [
    ...['gateway 0', 'gateway 1'].map((name) => createNode(name, compiled.main, { ...env, ...gatewayEnv(data) })),
    ...['worker 0', 'worker 1'].map((name) => createNode(name, workerMain, { ...env, THREADKEEP_TAKEOVER: '6' })),
  ]
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.kill()))
    compiled[Symbol.dispose]()
    rmSync(data, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
  try {
    await Promise.all(nodes.map((node) => node.start()))
  } catch (error) {
    await stop()
    throw error
  }
  return { gateways: nodes.slice(0, 2), workers: nodes.slice(2), [Symbol.asyncDispose]: stop }
}

function createNode(name: string, main: string, env: Readonly<Record<string, string>>): Node {
  let app: AppProcess | undefined
  let url = ''
  return {
    name,
    get url() {
      return url
    },
    async kill() {
      await app?.end('SIGKILL')
    },
    async start() {
      app = await startApp(main, { env })
      url = app.url
    },
  }
}
