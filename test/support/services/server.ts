import type { ChildProcess } from 'node:child_process'
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Launch, Origin, ServiceDefinition } from './definition.ts'
import type { Assignment } from './supervisor.ts'

const readyWithin = 90_000
const supervisor = fileURLToPath(new URL('supervisor.ts', import.meta.url))

/** One server process that answers. */
export interface ServerProcess {
  readonly pid: number
  readonly server: string
  /** Stops it in order. Its directory stays when `keep` is set. */
  stop(keep: boolean): Promise<void>
  /** The machine loses power, as far as the server can tell. */
  kill9(): Promise<void>
}

/** Starts a server and answers once it does. It stops with this process, however that ends. */
export async function startServer(
  definition: ServiceDefinition,
  origin: Origin,
  place: { readonly ports: readonly number[]; readonly dir: string },
  extraArgs: readonly string[] = [],
): Promise<ServerProcess> {
  mkdirSync(place.dir, { recursive: true })
  // A server that runs as another user has to pass.
  chmodSync(place.dir, 0o755)
  const log = join(place.dir, 'server.log')
  const launch = await origin.launch(place, extraArgs)
  const child = supervise({ launch, dir: place.dir, log })
  const { pid, left } = await child
  const stop = async (keep: boolean) => {
    child.process.ref()
    if (keep) child.process.stdin!.write('stop\n')
    else child.process.stdin!.end()
    await left
  }
  try {
    const server = await ready(definition, origin, origin.url(place.ports), left, log)
    letGo(child.process)
    return {
      pid,
      server,
      stop,
      kill9: async () => {
        child.process.ref()
        crash(launch, pid)
        await left
      },
    }
  } catch (error) {
    await stop(true)
    throw error
  }
}

function crash({ crash: command }: Launch, pid: number): void {
  if (command) execFileSync(command[0]!, command.slice(1))
  else process.kill(-pid, 'SIGKILL')
}

/** Starts the supervisor. Resolves with the server's pid; `left` with how it went, once it has. */
function supervise(assignment: Assignment) {
  const node = spawn(process.execPath, [supervisor, JSON.stringify(assignment)], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  node.stdin.on('error', () => {})
  const lines = createInterface({ input: node.stdout })
  const started = Promise.withResolvers<number>()
  const gone = Promise.withResolvers<string>()
  lines.on('line', (line) => {
    if (/^\d+$/.test(line)) started.resolve(Number(line))
    else gone.resolve(line)
  })
  node.on('exit', () => {
    gone.resolve('its supervisor died')
    started.reject(new Error('The server could not be started'))
  })
  const settled = started.promise.then((pid) => ({ pid, left: gone.promise }))
  return Object.assign(settled, { process: node })
}

/** A script that used a server may end without stopping it first: the pipe ends with it. */
function letGo(child: ChildProcess): void {
  child.unref()
  for (const pipe of [child.stdin, child.stdout]) (pipe as unknown as { unref?(): void })?.unref?.()
}

async function ready(
  definition: ServiceDefinition,
  origin: Origin,
  url: string,
  left: Promise<string>,
  log: string,
): Promise<string> {
  let ended: string | undefined
  void left.then((how) => {
    ended = how
  })
  const giveUpAt = performance.now() + readyWithin
  for (;;) {
    try {
      await origin.initiate?.(url)
      const server = await definition.probe(url)
      return origin.server ?? server
    } catch (error) {
      const said = () => `${readFileSync(log, 'utf8').trim().split('\n').slice(-5).join('\n')}`
      if (ended !== undefined) throw new Error(`${definition.kind} ${ended}: ${said()}`, { cause: error })
      if (performance.now() > giveUpAt) throw new Error(`${definition.kind} is not ready: ${said()}`, { cause: error })
      await sleep(50)
    }
  }
}

/** Ports that nothing listens on at this moment. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const probe = createServer()
      return new Promise<typeof probe>((resolve, reject) => {
        probe.once('error', reject).listen(0, '127.0.0.1', () => resolve(probe))
      })
    }),
  )
  const ports = servers.map((probe) => (probe.address() as { port: number }).port)
  await Promise.all(servers.map((probe) => new Promise((resolve) => probe.close(resolve))))
  return ports
}
