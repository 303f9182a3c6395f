import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** What a gateway counts. Labels are few and ours: no client can make new ones. */
export interface Metrics {
  /** One answered HTTP request. */
  answered(route: string, status: number): void
  /** One operation and how long it took, in seconds. */
  operated(kind: string, seconds: number): void
  /** One error that a client was told, by its code. */
  told(code: string): void
  /** A gauge that is asked when the metrics are read. */
  watch(name: keyof typeof watched, count: () => number): void
  /** In Prometheus' text format. */
  text(): Promise<string>
}

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const watched = {
  connections: 'Open WebSockets and event streams.',
  tenants: 'Tenants that this gateway has opened.',
  live: '1 while hints flow between processes; 0 while subscriptions look for themselves.',
  cache_failures: 'Failures of the cache: the store was asked instead.',
}

/** The metrics of one gateway, and of its process. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const requests = new Counter({
    name: 'threadkeep_gateway_requests_total',
    help: 'Answered HTTP requests.',
    labelNames: ['route', 'status'],
    registers,
  })
  const operations = new Histogram({
    name: 'threadkeep_gateway_operation_seconds',
    help: 'How long queries and mutations took.',
    labelNames: ['kind'],
    buckets,
    registers,
  })
  const errors = new Counter({
    name: 'threadkeep_gateway_errors_total',
    help: 'Errors that clients were told.',
    labelNames: ['code'],
    registers,
  })
  // Looking a label up costs more than counting.
  const byRoute = remembered((key) => requests.labels(...(key.split(' ') as [string, string])))
  const byKind = remembered((kind) => operations.labels(kind))
  return {
    answered: (route, status) => byRoute(`${route} ${status}`).inc(),
    operated: (kind, seconds) => byKind(kind).observe(seconds),
    told: (code) => errors.inc({ code }),
    watch(name, count) {
      new Gauge({
        name: `threadkeep_gateway_${name}`,
        help: watched[name],
        registers,
        collect() {
          this.set(count())
        },
      })
    },
    text: () => registry.metrics(),
  }
}

function remembered<T>(make: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>()
  return (key) => {
    let found = known.get(key)
    if (found === undefined) {
      found = make(key)
      known.set(key, found)
    }
    return found
  }
}
