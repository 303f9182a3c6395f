import { setTimeout as sleep } from 'node:timers/promises'
import type { CallOptions, CommitResult, ThreadkeepError } from '@threadkeep/core/store'
import { isThreadkeepError, patience } from '@threadkeep/core/store'
import type { Committer } from './commit.ts'
import { impatientError, isPassing, isUncertain, isWriteConflict, storeError } from './errors.ts'
import { backoff } from './patience.ts'
import type { PreparedCommit } from './prepare-commit.ts'

/** Answers when a majority has the commit. One whose caller gave up before its turn never happens. */
export type GroupCommit = (commit: PreparedCommit, options: CallOptions | undefined) => Promise<CommitResult>

interface Waiting {
  readonly commit: PreparedCommit
  readonly promise: Promise<CommitResult>
  /** Whether something was sent for it of which the outcome is not known. */
  started: boolean
  /** Its caller has an answer, or waits no longer. */
  settled: boolean
  answer(result: CommitResult): void
  fail(error: ThreadkeepError): void
}

// While the server confirms one transaction the next one is sent; more would only make the groups smaller.
const lanes = 2
// MongoDB's own advice for one transaction is a thousand documents.
const mostSteps = 1_000
const mostBytes = 8_000_000

/**
 * Commits that are waiting when a transaction can begin go into it together. In this process no two transactions under way write
 * the same record; what collides with other processes is tried again in smaller groups.
 */
export function groupCommit(committer: Committer, deadline: number): GroupCommit {
  let queue: Waiting[] = []
  const busy = new Set<string>()
  let running = 0
  let scheduled = false

  const schedule = (): void => {
    if (scheduled) return
    scheduled = true
    // After the poll phase: every socket that had something to say has been heard by then.
    setImmediate(() => {
      scheduled = false
      while (running < lanes) {
        const group = takeGroup()
        if (group.length === 0) return
        start(group)
      }
    })
  }

  /** The next commits that touch nothing that is being written, nor what an earlier one waits for. */
  const takeGroup = (): readonly Waiting[] => {
    const group: Waiting[] = []
    const left: Waiting[] = []
    const blocked = new Set<string>()
    let steps = 0
    let bytes = 0
    let index = 0
    for (; index < queue.length; index++) {
      const waiting = queue[index]!
      if (waiting.settled) continue
      const { commit } = waiting
      if (commit.steps.some(({ lock }) => busy.has(lock) || blocked.has(lock))) {
        for (const { lock } of commit.steps) blocked.add(lock)
        left.push(waiting)
        continue
      }
      steps += commit.steps.length
      bytes += commit.size
      if (group.length > 0 && (steps > mostSteps || bytes > mostBytes)) break
      group.push(waiting)
    }
    queue = left.concat(queue.slice(index))
    return group
  }

  const start = (group: readonly Waiting[]): void => {
    const locks = group.flatMap(({ commit }) => commit.steps.map(({ lock }) => lock))
    for (const lock of locks) busy.add(lock)
    running++
    let inLane = true
    const leaveLane = (): void => {
      if (!inLane) return
      inLane = false
      running--
      schedule()
    }
    void run(group, leaveLane).finally(() => {
      for (const lock of locks) busy.delete(lock)
      leaveLane()
      schedule()
    })
  }

  /** Settles every member, whatever happens. */
  const run = async (group: readonly Waiting[], leaveLane: () => void): Promise<void> => {
    let looking = overlap(group)
    for (let attempt = 0; ; attempt++) {
      const members = group.filter(({ settled }) => !settled)
      if (members.length === 0) return
      try {
        // A server that never speaks again must not keep the place of those whose callers have left.
        const results = await Promise.race([outcome(members, looking), nobodyWaits(members)])
        if (results) {
          for (const [index, member] of members.entries()) member.answer(results[index]!)
          return
        }
        looking = true
      } catch (error) {
        if (isWriteConflict(error)) {
          // Another process holds one of the records: the others need not wait for it.
          leaveLane()
          if (members.length > 1) return split(members, Math.ceil(members.length / 2), leaveLane)
        } else if (isThreadkeepError(error) || !isPassing(error)) {
          const failure = storeError(error)
          if (members.length > 1 && !failure.maybeCommitted) return split(members, 1, leaveLane)
          for (const member of members) member.fail(failure)
          return
        }
        for (const member of members) member.started = false
        await sleep(backoff(attempt))
      }
    }
  }

  const split = async (members: readonly Waiting[], size: number, leaveLane: () => void): Promise<void> => {
    for (let at = 0; at < members.length; at += size) await run(members.slice(at, at + size), leaveLane)
  }

  const outcome = (members: readonly Waiting[], looking: boolean): Promise<readonly CommitResult[] | undefined> => {
    const commits = members.map(({ commit }) => commit)
    const wanted = (): boolean => members.some(({ settled }) => !settled)
    for (const member of members) member.started = true
    if (looking) return committer.careful(commits, wanted)
    if (commits.length === 1 && commits[0]!.steps.length === 1) return single(commits[0]!)
    return committer.hopeful(commits, wanted)
  }

  const single = async (commit: PreparedCommit): Promise<readonly CommitResult[] | undefined> => {
    try {
      const result = await committer.single(commit)
      return result && [result]
    } catch (error) {
      // The driver has sent it twice by now, under one number.
      throw isUncertain(error) ? storeError(error, true) : error
    }
  }

  return (commit, options) => {
    const { promise, resolve, reject } = Promise.withResolvers<CommitResult>()
    const settle = (): boolean => {
      if (waiting.settled) return false
      waiting.settled = true
      stop()
      return true
    }
    const waiting: Waiting = {
      commit,
      promise,
      started: false,
      settled: false,
      answer: (result) => {
        if (settle()) resolve(result)
      },
      fail: (error) => {
        if (settle()) reject(error)
      },
    }
    const stop = patience(deadline, options, (reason) =>
      waiting.fail(impatientError(reason, deadline, waiting.started)),
    )
    queue.push(waiting)
    schedule()
    return promise
  }
}

function nobodyWaits(members: readonly Waiting[]): Promise<undefined> {
  return Promise.allSettled(members.map(({ promise }) => promise)).then(() => undefined)
}

/** Whether one commit writes what another one writes or relies on: then their order decides, and only a look at the records can tell. */
function overlap(group: readonly Waiting[]): boolean {
  if (group.length === 1) return false
  const seen = new Map<string, string | null | undefined>()
  for (const { commit } of group) {
    for (const { lock, check, write } of commit.steps) {
      // To rely on the same state is to agree. A write agrees with nobody.
      const stance = write ? undefined : check
      if (seen.has(lock) && (stance === undefined || seen.get(lock) !== stance)) return true
      seen.set(lock, stance)
    }
  }
  return false
}
