import { randomBytes } from 'node:crypto'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Broker } from './broker.ts'
import { createBroker } from './broker.ts'
import type { ServiceKind } from './definition.ts'
import { definitions } from './find-origin.ts'
import type { ServiceReport } from './run-directory.ts'
import { describeServer, readRun, runDirectoryPrefix, runDirectoryVariable } from './run-directory.ts'

/** A part of a server that nobody else uses: a database, or a name that keys, topics and groups start with. */
export interface Space {
  readonly name: string
  readonly url: string
}

/** One real server that the whole run shares. */
export interface Service {
  readonly kind: ServiceKind
  /** False when there is none to be had: skip what needs it. */
  readonly available: boolean
  /** Empty when it is not available. */
  readonly url: string
  /** Name and version. */
  readonly server: string
  /** A new space on it. Whoever runs the server removes it after the run. */
  open(): Promise<Space>
}

const used = new Map<ServiceKind, string>()
let local: { broker: Broker; name: string } | undefined

/**
 * The server of this kind, started for this run when nobody asked for it before.
 *
 *     const redis = await service('redis')
 *     describe.skipIf(!redis.available)('…', () => { … })
 *
 * With THREADKEEP_REQUIRE_SERVICES=1 a missing server is an error instead.
 */
export async function service(kind: ServiceKind): Promise<Service> {
  const runDir = process.env[runDirectoryVariable]
  const [report, name] = runDir ? await ask(runDir, kind) : await askHere(kind)
  if ('skipped' in report) {
    refuseWhenRequired(kind, report.skipped)
    return {
      kind,
      available: false,
      url: '',
      server: '',
      open: async () => {
        throw new Error(`There is no ${kind}: ${report.skipped}`)
      },
    }
  }
  used.set(kind, describeServer(report))
  return {
    kind,
    available: true,
    url: report.url,
    server: report.server,
    async open() {
      const space = `${name}_${randomBytes(5).toString('hex')}`
      return { name: space, url: await definitions[kind].open(report.url, space) }
    },
  }
}

/** Name, version and origin of every server that this process has been given so far. */
export function usedServers(): readonly string[] {
  return [...used.values()]
}

/** Throws where a run must not skip anything. */
export function refuseWhenRequired(kind: ServiceKind, why: string): void {
  if (process.env['THREADKEEP_REQUIRE_SERVICES'] === '1') {
    throw new Error(`THREADKEEP_REQUIRE_SERVICES=1, but there is no ${kind}: ${why}`)
  }
}

async function ask(runDir: string, kind: ServiceKind): Promise<[ServiceReport, string]> {
  const { port, name } = readRun(runDir)
  // Not fetch: it gives up on an answer that takes minutes, and a first installation may.
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: `/${kind}`, agent: false }, resolve).once('error', reject)
  })
  const answer = await text(response)
  if (response.statusCode !== 200) throw new Error(`${kind} could not be started: ${answer}`)
  return [JSON.parse(answer) as ServiceReport, name]
}

/** Outside a test run (a bench, a script) the servers belong to this process and stop with it. */
async function askHere(kind: ServiceKind): Promise<[ServiceReport, string]> {
  if (!local) {
    const name = `tk_${randomBytes(4).toString('hex')}`
    const dir = join(tmpdir(), `${runDirectoryPrefix}${name}`)
    local = { broker: createBroker(dir, name, () => {}), name }
  }
  return [await local.broker.use(kind), local.name]
}

/** Stops what this process started outside a test run. */
export async function stopServices(): Promise<void> {
  await local?.broker.stop()
  local = undefined
}
