import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { Actor } from '../kernel/actor.ts'
import { requireScope } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { at, names, timeKey } from '../kernel/names.ts'
import { asJson } from '../kernel/records.ts'
import type { JobOptions, JobReport } from './jobs.types.ts'

/** What a running job writes into its report. */
export interface JobTally {
  readonly dryRun: boolean
  examined: number
  removed: number
  held: number
  /** Counts one removal (or what would be one). */
  remove(id: string): void
  /** Whether the run may go on: neither its limit nor its caller has stopped it. */
  readonly mayGoOn: boolean
  /** How many more may be removed. */
  readonly left: number
}

const defaultLimit = 10_000
const maxIds = 1_000
const keepRuns = 90 * 24 * 60 * 60 * 1000

/** Runs a job under its limit and keeps its report for 90 days. Needs `admin`. */
export async function runJob(
  context: Context,
  actor: Actor,
  job: JobReport['job'],
  options: JobOptions,
  work: (tally: JobTally) => Promise<void>,
): Promise<JobReport> {
  requireScope(actor, 'admin')
  const { dryRun = false, limit = defaultLimit, signal } = options
  if (!Number.isInteger(limit) || limit < 1)
    throw new ThreadkeepError('INVALID_LIMIT', 'limit is a whole number of at least 1.')
  const ids: string[] = []
  const startedAt = context.clock.now()
  const tally: JobTally = {
    dryRun,
    examined: 0,
    removed: 0,
    held: 0,
    remove(id) {
      this.removed++
      if (ids.length < maxIds) ids.push(id)
    },
    get mayGoOn() {
      return this.removed < limit && !signal?.aborted && context.gate.open
    },
    get left() {
      return limit - this.removed
    },
  }
  await work(tally)
  const { examined, removed, held } = tally
  const report: JobReport = { job, dryRun, startedAt, finishedAt: context.clock.now(), examined, removed, held, ids }
  const key = `${job}/${timeKey(startedAt)}/${context.ids.next('run')}`
  await context.store.commit([
    { type: 'put', at: at(names.runs, key), value: asJson(report), expiresAt: startedAt + keepRuns },
  ])
  return report
}
