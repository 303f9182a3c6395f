import { setTimeout as wait } from 'node:timers/promises'
import type { Actor, Jobs, Threadkeep } from '@threadkeep/core'

/** What housekeeping works on. */
export interface HouseOptions {
  readonly listTenants: () => Promise<readonly string[]>
  readonly keepOf: (tenant: string) => Threadkeep
  /** Milliseconds between two rounds. */
  readonly every: number
  readonly report: (error: unknown, where: string) => void
}

const actor: Actor = { userId: 'threadkeep', scopes: ['admin'] }
const jobs: readonly (keyof Jobs & ('expire' | 'purge' | 'uploads'))[] = ['expire', 'purge', 'uploads']
const perRun = 1_000

/**
 * Does for all tenants what workers do elsewhere: removes what is due, purged or abandoned, and finishes what a crash left uncounted. The
 * first round begins at once. The answer stops it, and resolves when it has stopped.
 */
export function keepHouse({ listTenants, keepOf, every, report }: HouseOptions): () => Promise<void> {
  const controller = new AbortController()
  const { signal } = controller

  async function round(): Promise<void> {
    for (const tenant of await listTenants()) {
      const keep = keepOf(tenant)
      await keep.projections.settle()
      for (const job of jobs) {
        for (;;) {
          if (signal.aborted) return
          if ((await keep.jobs[job](actor, { limit: perRun, signal })).removed < perRun) break
        }
      }
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      await round().catch((error: unknown) => {
        if (!signal.aborted) report(error, 'housekeeping')
      })
      await wait(every, undefined, { signal, ref: false }).catch(() => {})
    }
  }

  const running = run()
  return () => {
    controller.abort()
    return running
  }
}
