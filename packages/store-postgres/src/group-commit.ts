import type { CallOptions, CommitResult, PreparedCommit } from '@threadkeep/core/store'
import { isThreadkeepError, patience } from '@threadkeep/core/store'
import type { Claims } from './address-locks.ts'
import { addressLocks, claimsOf } from './address-locks.ts'
import { impatientError } from './errors.ts'

/** Sends commits, those that do not touch each other together. */
export interface GroupCommit {
  add(commit: PreparedCommit, options?: CallOptions): Promise<CommitResult>
  /** Answers when everything added so far has its answer. */
  drain(): Promise<void>
}

export interface GroupCommitOptions {
  /** Carries out commits that do not touch each other in one transaction. All happen or fail their checks, or none happened. */
  readonly run: (commits: readonly PreparedCommit[]) => Promise<readonly CommitResult[]>
  /** How many transactions may be under way. */
  readonly lanes: number
  readonly timeout: number
}

interface Waiting {
  readonly commit: PreparedCommit
  readonly claims: Claims
  started: boolean
  settled: boolean
  answer(result: CommitResult): void
  fail(error: unknown): void
}

// The server keeps a lock for each address of a transaction, and has room for some thousands in all.
const mostAddresses = 64

/**
 * A lone commit waits for nobody; commits that arrive while all lanes are busy share the next transaction. Commits that touch
 * one address happen in the order they were added. When a group fails and nothing was written, each of it runs again alone.
 */
export function groupCommit({ run, lanes, timeout }: GroupCommitOptions): GroupCommit {
  const busy = addressLocks()
  let queue: Waiting[] = []
  let running = 0
  let scheduled = false
  let whenIdle: (() => void)[] = []

  const schedule = (): void => {
    if (scheduled) return
    scheduled = true
    // After every caller that was answered in this turn has had its say.
    setImmediate(() => {
      scheduled = false
      while (running < lanes) {
        const group = takeGroup()
        if (group.length === 0) break
        void start(group)
      }
      if (running > 0 || queue.length > 0) return
      for (const idle of whenIdle) idle()
      whenIdle = []
    })
  }

  /** The next commits that touch nothing that is under way, nor what an earlier one waits for. */
  const takeGroup = (): readonly Waiting[] => {
    const group: Waiting[] = []
    const left: Waiting[] = []
    const ahead = addressLocks()
    let addresses = 0
    let index = 0
    for (; index < queue.length; index++) {
      const waiting = queue[index]!
      if (waiting.settled) continue
      const { claims } = waiting
      if (!busy.isFree(claims) || !ahead.isFree(claims)) {
        ahead.take(claims)
        left.push(waiting)
        continue
      }
      addresses += claims.shared.length + claims.exclusive.length
      if (group.length > 0 && addresses > mostAddresses) break
      busy.take(claims)
      group.push(waiting)
    }
    queue = left.concat(queue.slice(index))
    return group
  }

  const start = async (group: readonly Waiting[]): Promise<void> => {
    running++
    await settle(group)
    for (const { claims } of group) busy.release(claims)
    running--
    schedule()
  }

  const settle = async (group: readonly Waiting[]): Promise<void> => {
    for (const waiting of group) waiting.started = true
    try {
      const results = await run(group.map(({ commit }) => commit))
      for (const [index, waiting] of group.entries()) waiting.answer(results[index]!)
    } catch (error) {
      if (group.length === 1 || !isThreadkeepError(error) || error.maybeCommitted) {
        for (const waiting of group) waiting.fail(error)
        return
      }
      for (const waiting of group) waiting.started = false
      for (const waiting of group) if (!waiting.settled) await settle([waiting])
    }
  }

  return {
    add: (commit, options) =>
      new Promise((resolve, reject) => {
        const end = (): boolean => {
          if (waiting.settled) return false
          waiting.settled = true
          stop()
          return true
        }
        const waiting: Waiting = {
          commit,
          claims: claimsOf(commit),
          started: false,
          settled: false,
          answer(result) {
            if (end()) resolve(result)
          },
          fail(error) {
            if (end()) reject(error)
          },
        }
        const stop = patience(timeout, options, ({ code, cause }) =>
          waiting.fail(impatientError(code, timeout, waiting.started ? 'write' : 'unsent', cause)),
        )
        queue.push(waiting)
        schedule()
      }),
    drain: () =>
      running === 0 && queue.length === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            whenIdle.push(resolve)
            schedule()
          }),
  }
}
