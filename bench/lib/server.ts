import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A process to measure. */
export interface ServerOptions {
  /** Script to run with this Node. TypeScript is fine. */
  readonly script: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** The server is ready when it has printed this; the match is handed to the caller (a port, say). */
  readonly ready: RegExp
  readonly timeoutMillis?: number
}

/** A running server that can be asked what it has used so far. */
export interface Server extends AsyncDisposable {
  readonly match: RegExpExecArray
  /** CPU since its start. Hand it to `cpuPerOperation`. */
  cpu(): Promise<NodeJS.CpuUsage>
  /** Memory in use, after collecting garbage. */
  memory(): Promise<NodeJS.MemoryUsage>
  stop(): Promise<void>
}

/** Starts a script as a process of its own and waits until it is ready. It needs no change: usage is reported by a preload. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { script, args = [], env = {}, ready, timeoutMillis = 30_000 } = options
  const preload = new URL('./usage-reporter.ts', import.meta.url).href
  const flags = ['--conditions=threadkeep-source', '--expose-gc', '--disable-warning=ExperimentalWarning']
  const file = script.startsWith('file:') ? fileURLToPath(script) : script
  const child = spawn(process.execPath, [...flags, `--import=${preload}`, file, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  const match = await new Promise<RegExpExecArray>((resolve, reject) => {
    const fail = (why: string) => {
      child.kill('SIGKILL')
      reject(new Error(`${script} ${why}. It printed:\n${output.slice(-2000)}`))
    }
    const timer = setTimeout(() => fail(`was not ready within ${timeoutMillis} ms`), timeoutMillis)
    const read = (chunk: Buffer) => {
      if (output.length < 1e6) output += chunk
      const found = ready.exec(output)
      if (!found) return
      clearTimeout(timer)
      resolve(found)
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('exit', (code) => {
      clearTimeout(timer)
      fail(`ended with ${code}`)
    })
  })
  const ask = async (question: 'cpu' | 'memory'): Promise<unknown> => {
    const answer = once(child, 'message')
    child.send(question)
    return (await answer)[0]
  }
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    const force = setTimeout(() => child.kill('SIGKILL'), 5_000)
    child.kill('SIGTERM')
    await ended
    clearTimeout(force)
  }
  return {
    match,
    cpu: () => ask('cpu') as Promise<NodeJS.CpuUsage>,
    memory: () => ask('memory') as Promise<NodeJS.MemoryUsage>,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
