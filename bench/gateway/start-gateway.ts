import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Server } from '../lib/index.ts'
import { startServer } from '../lib/index.ts'
import type { Client } from './http-client.ts'
import { httpClient } from './http-client.ts'

/** A gateway as anybody would start it, in a process of its own. */
export interface BenchGateway extends Server {
  readonly url: string
  readonly token: string
  readonly client: Client
}

const app = new URL('../../apps/gateway/', import.meta.url)

/** Builds and starts the gateway. Its rate limit is off: one user does here what thousands would. */
export async function startGateway(store = 'memory:', flags: readonly string[] = []): Promise<BenchGateway> {
  // Its classes wear decorators, which Node does not run as they stand. What they are checked against may not be built.
  execFileSync('tsc', ['-p', fileURLToPath(new URL('tsconfig.build.json', app)), '--noCheck'], { stdio: 'inherit' })
  const data = await mkdtemp(join(tmpdir(), 'threadkeep-bench-'))
  const server = await startServer({
    script: new URL('dist/main.js', app).href,
    args: ['--port', '0', '--store', store.replace('<data>', data), '--data', data, '--rate-limit', 'off', ...flags],
    ready: /(http:\/\/\S+)\/graphql -H[\s\S]*Bearer (\S+?)'/,
  })
  const [, url = '', token = ''] = server.match
  const stop = async (): Promise<void> => {
    await client.close()
    await server.stop()
    rmSync(data, { recursive: true, force: true })
  }
  const client = httpClient(`${url}/graphql`, { authorization: `Bearer ${token}` })
  return { ...server, url, token, client, stop, [Symbol.asyncDispose]: stop }
}
