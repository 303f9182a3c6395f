import type { ChildProcess } from 'node:child_process'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const gateway = fileURLToPath(new URL('../../../apps/gateway/', import.meta.url))
const compiled = join(gateway, 'node_modules', '.canary')

/** Compiles the gateway from its sources, for decorators cannot be stripped away. What it imports stays as it is. */
export function compileGateway(): void {
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')
  const project = ['-p', join(gateway, 'tsconfig.build.json'), '--outDir', compiled]
  execFileSync(process.execPath, [
    compiler,
    ...project,
    '--noCheck',
    '--declaration',
    'false',
    '--declarationMap',
    'false',
  ])
}

/** A gateway in a process of its own, and all that it has printed. */
export interface GatewayProcess {
  readonly url: string
  printed(): string
  stop(): Promise<void>
}

/** Runs the gateway until it serves; throws with what it printed when it ends instead. */
export async function runGateway(env: Readonly<Record<string, string>>): Promise<GatewayProcess> {
  const child = spawn(process.execPath, ['--conditions=threadkeep-source', join(compiled, 'main.js')], {
    env: { PATH: process.env['PATH'], THREADKEEP_PORT: '0', THREADKEEP_LOG_LEVEL: 'debug', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  const { stdout, stderr } = child as ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream }
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [stdout, stderr])
      stream.on('data', (chunk) => {
        text += String(chunk)
        const found = /"url":"([^"]+)"/.exec(text)?.[1]
        if (found !== undefined) resolve(found)
      })
    child.once('close', () => reject(new Error(text)))
  })
  return {
    url,
    printed: () => text,
    async stop() {
      if (child.exitCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'close')
    },
  }
}
