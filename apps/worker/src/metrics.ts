import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'

/** What a worker counts. */
export interface Metrics {
  relayed(commits: number): void
  handled(job: string, records: number, seconds: number): void
  retried(job: string): void
  parked(job: string): void
  removed(job: string, count: number): void
  /** Asked when the metrics are read. */
  watchLag(job: string, lag: () => number): void
  /** In Prometheus' text format. */
  text(): Promise<string>
}

/** The metrics of one worker, and of its process. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const counter = (name: string, help: string, labelNames: readonly string[] = ['job']) =>
    new Counter({ name: `threadkeep_worker_${name}_total`, help, labelNames: [...labelNames], registers })
  const relayed = counter('relayed_commits', 'Commits whose events went to the log.', [])
  const handled = counter('handled_records', 'Records of the log that were handled.')
  const seconds = counter('handling_seconds', 'Seconds spent handling records.')
  const retried = counter('retries', 'Failures that were tried again.')
  const parked = counter('dead_letters', 'Records that went to the dead letters.')
  const removed = counter('removed', 'What expiry removed.')
  const lags = new Map<string, () => number>()
  new Gauge({
    name: 'threadkeep_worker_lag_records',
    help: 'Records known to wait in the log.',
    labelNames: ['job'],
    registers,
    collect() {
      for (const [job, lag] of lags) this.set({ job }, lag())
    },
  })
  return {
    relayed: (commits) => relayed.inc(commits),
    handled(job, records, took) {
      handled.inc({ job }, records)
      seconds.inc({ job }, took)
    },
    retried: (job) => retried.inc({ job }),
    parked: (job) => parked.inc({ job }),
    removed: (job, count) => removed.inc({ job }, count),
    watchLag: (job, lag) => void lags.set(job, lag),
    text: () => registry.metrics(),
  }
}
