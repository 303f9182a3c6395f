import type { CallOptions } from '../../store/call-options.ts'
import type { Millis } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'

/** What a job did, or would do. */
export interface JobReport {
  readonly job: 'expiry' | 'cleanup' | 'purge' | 'uploads'
  readonly dryRun: boolean
  readonly startedAt: Millis
  readonly finishedAt: Millis
  /** Records looked at. */
  readonly examined: number
  /** Messages, threads or uploads removed (or that would be). */
  readonly removed: number
  /** Left alone because of a legal hold. */
  readonly held: number
  /** Ids, the first 1,000. */
  readonly ids: readonly string[]
}

export interface JobOptions extends CallOptions {
  readonly dryRun?: boolean
  /** At most so many removals in this run. Default 10,000. */
  readonly limit?: number
}

/** What has to be done from time to time. Every job is resumable, idempotent, and safe to run in many processes. Needs `admin`. */
export interface Jobs {
  /** Counts out messages whose life ended, and applies retention policies. */
  expire(actor: Actor, options?: JobOptions): Promise<JobReport>
  /** Deletes threads without activity for `olderThanDays` days, optionally only those that one user owns. Held threads stay. */
  cleanup(
    actor: Actor,
    options: JobOptions & { readonly olderThanDays: number; readonly userId?: string },
  ): Promise<JobReport>
  /** Removes everything of threads whose grace has ended. */
  purge(actor: Actor, options?: JobOptions): Promise<JobReport>
  /** Removes uploads nobody finished, and blobs without a record. */
  uploads(actor: Actor, options?: JobOptions): Promise<JobReport>
  /** The latest runs, newest first. */
  runs(
    actor: Actor,
    query?: { readonly job?: JobReport['job']; readonly limit?: number },
  ): Promise<readonly JobReport[]>
}
