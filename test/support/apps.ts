import { execFileSync, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The worker's entry, as it is. */
export const workerMain = fileURLToPath(new URL('../../apps/worker/src/main.ts', import.meta.url))

const gateway = fileURLToPath(new URL('../../apps/gateway/', import.meta.url))
const preload = new URL('end-with-parent.ts', import.meta.url).href

/** A gateway or worker in a process of its own. */
export interface AppProcess {
  /** Where it listens. */
  readonly url: string
  /** The lines that it printed. */
  readonly said: readonly string[]
  /** Nobody reads what it prints any more. */
  deafen(): void
  /** Sends the signal; answers with the exit code once it has gone, null when it was killed. May be called again. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

/** Starts an app; answers once it says where it listens, or rejects with what it printed. It ends with the process that started it. */
export async function startApp(
  main: string,
  { args = [], env }: { readonly args?: readonly string[]; readonly env: Readonly<Record<string, string>> },
): Promise<AppProcess> {
  const child = spawn(process.execPath, ['--conditions=threadkeep-source', '--import', preload, main, ...args], {
    env: { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.on('error', () => {})
  const said: string[] = []
  const url = Promise.withResolvers<string>()
  const gone = new Promise<number | null>((resolve) => child.once('close', resolve))
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      said.push(line)
      const listening = /"url":"([^"]+)"/.exec(line)
      if (listening) url.resolve(listening[1]!)
    })
  void gone.then((code) => url.reject(new Error(`It ended with ${code}: ${said.join('\n')}`)))
  return {
    url: await url.promise,
    said,
    deafen() {
      child.stdout.destroy()
      child.stderr.destroy()
    },
    end(signal) {
      child.kill(signal)
      return gone
    },
  }
}

/** The gateway, compiled. Disposing it removes what was compiled. */
export interface CompiledGateway extends Disposable {
  /** Its entry. */
  readonly main: string
}

/** Compiles the gateway from its sources, for decorators cannot be stripped away. What it imports stays as it is. */
export function compileGateway(): CompiledGateway {
  const compiled = join(gateway, 'node_modules', `.compiled-${process.pid}`)
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')
  const project = ['-p', join(gateway, 'tsconfig.build.json'), '--outDir', compiled]
  const plain = ['--noCheck', '--declaration', 'false', '--declarationMap', 'false']
  execFileSync(process.execPath, [compiler, ...project, ...plain])
  return {
    main: join(compiled, 'main.js'),
    [Symbol.dispose]: () => rmSync(compiled, { recursive: true, force: true }),
  }
}
