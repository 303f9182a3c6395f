import { startApp } from '@threadkeep/test-support/apps'

/** A gateway in a process of its own, and all that it has printed. */
export interface GatewayProcess {
  readonly url: string
  printed(): string
  stop(): Promise<void>
}

/** Runs the gateway until it serves; throws with what it printed when it ends instead. */
export async function runGateway(main: string, env: Readonly<Record<string, string>>): Promise<GatewayProcess> {
  const app = await startApp(main, { env: { THREADKEEP_PORT: '0', THREADKEEP_LOG_LEVEL: 'debug', ...env } })
  return {
    url: app.url,
    printed: () => app.said.join('\n'),
    stop: async () => void (await app.end('SIGTERM')),
  }
}
