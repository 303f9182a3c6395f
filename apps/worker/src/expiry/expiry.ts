import type { Actor, Jobs } from '@threadkeep/core'
import type { Clock } from '@threadkeep/core/store'
import type { Job } from '../job.ts'
import { createLeases } from '../leases/leases.ts'
import { startLoop } from '../loop.ts'
import type { Tenants } from '../tenants.ts'

/** What expiry works on. */
export interface ExpiryOptions {
  readonly tenants: Tenants
  readonly clock: Clock
  readonly holder: string
  /** Milliseconds between two rounds. */
  readonly every: number
  readonly onRemoved: (job: string, count: number) => void
  readonly onError: (error: unknown) => void
}

const actor: Actor = { userId: 'threadkeep', scopes: ['admin'] }
const jobs: readonly (keyof Jobs & ('expire' | 'purge' | 'uploads'))[] = ['expire', 'purge', 'uploads']
const perRun = 1_000
const leaseLife = 30_000

/**
 * Removes what is due, purged or abandoned, for all tenants, round after round, in one process at a time. The jobs bear others beside
 * them: the lease only saves work.
 */
export function startExpiry({ tenants, clock, holder, every, onRemoved, onError }: ExpiryOptions): Job {
  const leases = createLeases({ store: tenants.shared, clock, work: 'expiry', parts: 1, holder, life: leaseLife })
  let mine = false

  const renewing = startLoop(async () => {
    mine = (await leases.renew()).has(0)
    return leaseLife / 4
  }, onError)

  const working = startLoop(async (signal) => {
    // Somebody else may stop any moment: look again soon.
    if (!mine) return Math.min(every, 1_000)
    for (const tenant of await tenants.list()) {
      for (const job of jobs) {
        for (;;) {
          if (signal.aborted || !mine) return 0
          const { removed } = await tenants.of(tenant).jobs[job](actor, { limit: perRun, signal })
          onRemoved(job, removed)
          if (removed < perRun) break
        }
      }
    }
    return every
  }, onError)

  return {
    failed: new Promise(() => {}),
    isReady: () => true,
    isAlive: () => true,
    async stop() {
      await Promise.all([renewing.stop(), working.stop()])
      await leases.release().catch(onError)
    },
  }
}
