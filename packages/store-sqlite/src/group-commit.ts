import type { CallOptions } from '@threadkeep/core/store'
import { isThreadkeepError, ThreadkeepError } from '@threadkeep/core/store'
import { busy } from './busy.ts'
import type { Database } from './database.ts'
import type { LoopTurn } from './loop-turn.ts'

/** One caller's part of a shared transaction. */
export interface Job<T> {
  /** How many changes it makes: transactions are kept short by it. */
  readonly size: number
  /** Reads and writes the file. What it throws fails the whole transaction. */
  run(): T
}

/** Lets concurrent writers share transactions. */
export interface GroupCommit<T> {
  /** Answers when the job is durable. Jobs run in the order they came; one whose caller gave up before its turn never runs. */
  add(job: Job<T>, options?: CallOptions): Promise<T>
  /** Answers when everything added so far has its answer. */
  drain(): Promise<void>
}

interface Waiting<T> extends Job<T> {
  resolve(answer: T): void
  reject(error: unknown): void
}

// Bounds how long one transaction keeps the event loop and other processes waiting.
const mostChanges = 2_000
// Bounds how long the first of a group waits for the others, in milliseconds.
const longestGathering = 5

/**
 * Commits that come one after another are written at once. Those that come together share a transaction and its fsync: all that
 * were added until the event loop has come around without bringing another, which includes those that arrived while the last group
 * was written. When a transaction fails, each of its jobs runs again alone, so that every caller gets the answer to its own commit.
 */
export function groupCommit<T>(database: Database, turn: LoopTurn): GroupCommit<T> {
  const queue: Waiting<T>[] = []
  let scheduled = false
  let lone = true
  let alone = 0
  let whenIdle: (() => void)[] = []

  const schedule = (): void => {
    scheduled = true
    if (lone && !turn.isSpent() && !turn.isShared()) queueMicrotask(writeGroup)
    else gather(queue.length, performance.now() + longestGathering)
  }

  /** Waits for the poll phase, after which every socket that had something to say has been heard; once more while that brings more. */
  const gather = (seen: number, until: number): void => {
    setImmediate(() => {
      if (queue.length > seen && performance.now() < until) gather(queue.length, until)
      else writeGroup()
    })
  }

  const writeGroup = (): void => {
    let group: readonly Waiting<T>[] = []
    const work = (): readonly T[] => {
      group = takeGroup()
      return group.map((job) => job.run())
    }
    const settle = (answers: readonly T[]): void => {
      lone = group.length === 1
      for (let i = 0; i < group.length; i++) group[i]!.resolve(answers[i]!)
      goOn()
    }
    const fail = (error: unknown): void => {
      refuse(group, error)
      goOn()
    }
    let answers: readonly T[] | typeof busy
    try {
      answers = database.attempt(work)
    } catch (error) {
      fail(error)
      return
    }
    if (answers !== busy) settle(answers)
    else database.write(work).then(settle, fail)
  }

  const goOn = (): void => {
    if (queue.length > 0) {
      schedule()
      return
    }
    scheduled = false
    for (const idle of whenIdle) idle()
    whenIdle = []
  }

  const takeGroup = (): readonly Waiting<T>[] => {
    if (alone > 0) {
      alone--
      return queue.splice(0, 1)
    }
    let count = 0
    for (let changes = 0; count < queue.length; count++) {
      changes += queue[count]!.size
      if (changes > mostChanges && count > 0) break
    }
    return queue.splice(0, count)
  }

  const refuse = (group: readonly Waiting<T>[], error: unknown): void => {
    if (group.length > 1 && !(isThreadkeepError(error) && error.maybeCommitted)) {
      queue.unshift(...group)
      alone = group.length
      return
    }
    // Without a group the transaction never began, for anybody.
    for (const job of group.length > 0 ? group : queue.splice(0)) job.reject(error)
  }

  return {
    add: (job, options) =>
      new Promise((resolve, reject) => {
        const waiting: Waiting<T> = { size: job.size, run: job.run, resolve, reject }
        queue.push(options?.signal ? leavingOnAbort(waiting, options.signal, queue) : waiting)
        if (!scheduled) schedule()
      }),
    drain: () => (scheduled ? new Promise((resolve) => whenIdle.push(resolve)) : Promise.resolve()),
  }
}

/** The job as one that leaves the queue when `signal` says so, and lets go of the signal when it has its answer. */
function leavingOnAbort<T>(job: Waiting<T>, signal: AbortSignal, queue: Waiting<T>[]): Waiting<T> {
  const leave = (): void => {
    const place = queue.indexOf(leaving)
    // Not in the queue: it is being written, and its answer is on the way.
    if (place < 0) return
    queue.splice(place, 1)
    job.reject(new ThreadkeepError('ABORTED', 'The commit was given up before it began.', { cause: signal.reason }))
  }
  const leaving: Waiting<T> = {
    ...job,
    resolve(answer) {
      signal.removeEventListener('abort', leave)
      job.resolve(answer)
    },
    reject(error) {
      signal.removeEventListener('abort', leave)
      job.reject(error)
    },
  }
  signal.addEventListener('abort', leave, { once: true })
  return leaving
}
