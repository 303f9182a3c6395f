import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Origin, ServiceKind } from './definition.ts'
import { definitions, findOrigin } from './find-origin.ts'
import { addReport, runDirectoryVariable } from './run-directory.ts'
import type { ServerProcess } from './server.ts'
import { freePorts, startServer } from './server.ts'
import { refuseWhenRequired } from './service.ts'

/** A server that one test has to itself, to crash and to bring back. Disposing it removes it and its data. */
export interface OwnServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly dir: string
  /** Name and version. */
  readonly server: string
  /** Ends it with SIGKILL. What it had not written is lost. */
  kill9(): Promise<void>
  /** Stops it in order, keeping its data. */
  stop(): Promise<void>
  /** Starts it again with the same data and port, after `stop`, `kill9`, or instead of them. */
  restart(): Promise<void>
}

const origins = new Map<ServiceKind, Promise<Origin | Error>>()

function originOf(kind: ServiceKind): Promise<Origin | Error> {
  let origin = origins.get(kind)
  if (!origin) {
    origin = findOrigin(definitions[kind]).catch((error: Error) => error)
    origins.set(kind, origin)
  }
  return origin
}

/** Whether this machine can run servers of this kind for single tests. If not, says so in the run's summary. */
export async function canOwn(kind: ServiceKind): Promise<boolean> {
  const origin = await originOf(kind)
  if (!(origin instanceof Error)) return true
  refuseWhenRequired(kind, origin.message)
  const runDir = process.env[runDirectoryVariable]
  const skipped = `${origin.message} (tests that crash the server)`
  if (runDir) addReport(runDir, { kind, skipped })
  return false
}

/** Starts a server for one test. `args` are added to its command line (for Kafka: lines of its properties). */
export async function ownServer(
  kind: ServiceKind,
  options: {
    readonly port?: number
    readonly args?: readonly string[]
    /** How clients find it, where `args` change that. */
    readonly url?: (url: string) => string
  } = {},
): Promise<OwnServer> {
  const found = await originOf(kind)
  if (found instanceof Error) throw found
  const { url = (usual: string) => usual } = options
  const origin: Origin = { ...found, url: (ports) => url(found.url(ports)) }
  const definition = definitions[kind]
  const free = await freePorts(definition.portCount)
  const ports = options.port === undefined ? free : [options.port, ...free.slice(1)]
  const dir = mkdtempSync(join(tmpdir(), `threadkeep-${kind}-`))
  const start = () => startServer(definition, origin, { ports, dir }, options.args)
  let running: ServerProcess | undefined = await start()
  const { server } = running
  const end = async (how: (process: ServerProcess) => Promise<void>) => {
    const ending = running
    running = undefined
    if (ending) await how(ending)
  }
  return {
    url: origin.url(ports),
    port: ports[0]!,
    dir,
    server,
    kill9: () => end((process) => process.kill9()),
    stop: () => end((process) => process.stop(true)),
    async restart() {
      await end((process) => process.stop(true))
      running = await start()
    },
    async [Symbol.asyncDispose]() {
      await end((process) => process.stop(false))
      rmSync(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    },
  }
}
