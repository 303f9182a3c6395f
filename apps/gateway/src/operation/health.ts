import type { Backend } from '@threadkeep/adapters'
import type { Exchange } from '../transport/http-answer.ts'
import { send, sendJson } from '../transport/http-answer.ts'
import type { Metrics } from './metrics.ts'

/** What the pages for operators stand on. */
export interface HealthOptions {
  readonly backend: Backend
  readonly metrics: Metrics
  /** Whether the gateway is stopping. */
  readonly draining: () => boolean
}

const patience = 2_000
const probe = [{ collection: 'settings', key: 'readiness' }]

/** `/healthz`: the process answers. `/readyz`: it can serve, for whoever balances load. `/metrics`: for Prometheus. */
export function createHealth({ backend, metrics, draining }: HealthOptions) {
  return {
    healthz(exchange: Exchange): void {
      sendJson(exchange, 200, { status: 'ok' })
    },
    async readyz(exchange: Exchange): Promise<void> {
      const store = await backend.store.get(probe, { signal: AbortSignal.timeout(patience) }).then(
        () => true,
        () => false,
      )
      const ready = store && !draining()
      // Without hints the gateway still serves: subscribers then look for themselves.
      const live = backend.live.healthy
      sendJson(exchange, ready ? 200 : 503, { status: ready ? 'ok' : 'unavailable', draining: draining(), store, live })
    },
    async metrics(exchange: Exchange): Promise<void> {
      send(exchange, 200, await metrics.text(), 'text/plain; version=0.0.4; charset=utf-8')
    },
  }
}
