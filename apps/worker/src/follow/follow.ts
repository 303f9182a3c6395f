import type { PlacedRecord } from '@threadkeep/core'
import type { Clock } from '@threadkeep/core/store'
import type { KafkaSource } from '@threadkeep/events-kafka'
import type { Job } from '../job.ts'

const readyWithin = 30_000
/** A broker may be away for a while: a new process would not bring it back. */
const aliveWithin = 300_000

/** Follows the log until stopped. Fails when the log cannot be read any more. */
export function startFollowing(
  source: KafkaSource,
  handle: (records: readonly PlacedRecord[]) => Promise<void>,
  clock: Clock,
): Job {
  const began = clock.now()
  const quietFor = (): number => clock.now() - (source.lastPollAt ?? began)
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {})
  source.run(handle).catch(failed.reject)
  return {
    failed: failed.promise,
    isReady: () => source.lastPollAt !== undefined && quietFor() < readyWithin,
    isAlive: () => quietFor() < aliveWithin,
    stop: () => source.close(),
  }
}
