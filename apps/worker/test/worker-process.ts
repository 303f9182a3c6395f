import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** A worker in a process of its own. */
export interface WorkerProcess {
  /** Where its health is. */
  readonly url: string
  /** Everything it said. */
  readonly said: readonly string[]
  /** Answers with its exit code; null when it was killed. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

/** Starts a worker process; answers once it works, or rejects with what it said. */
export async function startProcess(env: Readonly<Record<string, string>>): Promise<WorkerProcess> {
  const child = spawn(
    process.execPath,
    ['--conditions=threadkeep-source', main, '--host', '127.0.0.1', '--port', '0'],
    {
      env: { ...process.env, NODE_NO_WARNINGS: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  process.once('exit', () => child.kill('SIGKILL'))
  const said: string[] = []
  const url = Promise.withResolvers<string>()
  const gone = new Promise<number | null>((resolve) => child.once('close', resolve))
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      said.push(line)
      const working = /"url":"([^"]+)"/.exec(line)
      if (working) url.resolve(working[1]!)
    })
  void gone.then((code) => url.reject(new Error(`It ended with ${code}: ${said.join('\n')}`)))
  return {
    url: await url.promise,
    said,
    async end(signal) {
      child.kill(signal)
      return gone
    },
  }
}
