import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { Backend } from '@threadkeep/adapters'
import type { Clock } from '@threadkeep/core/store'
import { systemClock, ThreadkeepError } from '@threadkeep/core/store'
import { assertTopics, kafkaSink, kafkaSource } from '@threadkeep/events-kafka'
import { startExpiry } from './expiry/expiry.ts'
import { startFollowing } from './follow/follow.ts'
import { followers, handlerFor, menderFor } from './follow/followers.ts'
import { serveHealth } from './health/health-server.ts'
import type { Job } from './job.ts'
import { createMetrics } from './metrics.ts'
import { startRelay } from './relay/relay.ts'
import { openTenants } from './tenants.ts'

/** All that a worker can do. */
export const jobNames = ['relay', 'indexing', 'statistics', 'expiry'] as const
export type JobName = (typeof jobNames)[number]

/** What a worker is started with. */
export interface WorkerOptions {
  readonly backend: Backend
  /** `kafka://…`; only a worker that does nothing but expiry does without. */
  readonly events?: string
  readonly jobs: readonly JobName[]
  readonly host: string
  /** Of the health server; 0 for any free one. */
  readonly port: number
  /** Milliseconds between two rounds of expiry. Default 30,000. */
  readonly expiryEvery?: number
  /** Milliseconds after which the shards of a relay that died are free. Default 10,000. */
  readonly leaseLife?: number
  /** Milliseconds after which the partitions of a reader that died are free. Default 10,000. */
  readonly sessionTimeout?: number
  readonly clock?: Clock
  /** Told of everything that goes wrong; all of it is tried again or parked. */
  readonly report: (error: unknown, where: string) => void
}

/** A worker at work. */
export interface Worker extends AsyncDisposable {
  /** Where `/healthz`, `/readyz` and `/metrics` are. */
  readonly url: string
  /** Rejects when a job cannot go on: end the process and start another. */
  readonly failed: Promise<never>
  /** Finishes what is at hand, within ten seconds. May be called again. */
  close(): Promise<void>
}

/** Starts jobs; answers once they are under way. The backend stays its opener's. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { backend, jobs, clock = systemClock, report, leaseLife, sessionTimeout } = options
  const holder = `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`.slice(0, 128)
  const metrics = createMetrics()
  const places = jobs.some((job) => job !== 'expiry') ? { url: kafkaUrl(options.events) } : undefined
  if (places) await assertTopics(places)
  const tenants = openTenants(backend, clock, report)
  const running = new Map<JobName, Job>()
  const retried = (job: JobName) => (error: unknown) => {
    metrics.retried(job)
    report(error, job)
  }
  const starts: Readonly<Record<JobName, () => Job>> = {
    relay() {
      const sink = kafkaSink(places!)
      const own = leaseLife === undefined ? {} : { leaseLife }
      const job = startRelay({
        tenants,
        sink,
        clock,
        holder,
        ...own,
        onRelayed: metrics.relayed,
        onError: retried('relay'),
      })
      return { ...job, stop: () => job.stop().finally(() => sink.close()) }
    },
    indexing: () => follow('indexing'),
    statistics: () => follow('statistics'),
    expiry: () =>
      startExpiry({
        tenants,
        clock,
        holder,
        every: options.expiryEvery ?? 30_000,
        onRemoved: metrics.removed,
        onError: retried('expiry'),
      }),
  }

  function follow(job: 'indexing' | 'statistics'): Job {
    const source = kafkaSource({
      ...places!,
      purpose: job,
      clock,
      ...(sessionTimeout !== undefined && { sessionTimeout }),
      onRetry: retried(job),
      onParked(record, cause) {
        metrics.parked(job)
        report(cause, `${job}: a record at offset ${record.offset} went to the dead letters`)
      },
      mend: menderFor(tenants, followers[job]),
    })
    metrics.watchLag(job, () => source.lag)
    const handle = handlerFor(tenants, followers[job])
    return startFollowing(
      source,
      async (records) => {
        const began = performance.now()
        await handle(records)
        metrics.handled(job, records.length, (performance.now() - began) / 1_000)
      },
      clock,
    )
  }

  for (const job of new Set(jobs)) running.set(job, starts[job]())
  const failed = Promise.race([...running.values()].map((job) => job.failed))
  failed.catch(() => {})
  let closing: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    await Promise.all([...running.values()].map((job) => job.stop()))
    await tenants.close()
  }
  const server = await serveHealth(options.host, options.port, {
    isAlive: () => [...running.values()].every((job) => job.isAlive()),
    unready: () => [...running].filter(([, job]) => !job.isReady()).map(([name]) => name),
    metrics: metrics.text,
  }).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  const close = (): Promise<void> => {
    closing ??= stop().finally(() => server.close())
    return closing
  }
  return { url: server.url, failed, close, [Symbol.asyncDispose]: close }
}

function kafkaUrl(url: string | undefined): string {
  if (url === undefined)
    throw new ThreadkeepError(
      'MISCONFIGURED',
      'All jobs but expiry need a log: give THREADKEEP_EVENTS, such as kafka://localhost:9092.',
    )
  return url
}
