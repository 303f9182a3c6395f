import type { CallOptions, Clock, CommitResult, Millis, PreparedCommit, Version } from '@threadkeep/core/store'
import { isThreadkeepError, ThreadkeepError, versionSource } from '@threadkeep/core/store'
import type { Connection } from './connection.ts'
import { abortedError } from './errors.ts'
import type { Layout } from './layout.ts'
import { pack } from './layout.ts'
import { commitScript } from './scripts.ts'

/** Sends commits, those of one turn of the event loop together. */
export interface CommitQueue {
  add(commit: PreparedCommit, options?: CallOptions): Promise<CommitResult>
  /** Answers when everything added so far has its answer. */
  drain(): Promise<void>
}

export interface CommitQueueOptions {
  readonly connection: Connection
  readonly layout: Layout
  readonly clock: Clock
  /** Whether collections can be named and swept. */
  readonly indexed: boolean
  /** How many replicas must have confirmed a commit before it is answered. */
  readonly replicas: number
}

interface Waiting {
  readonly commit: PreparedCommit
  readonly signal: AbortSignal | undefined
  resolve(result: CommitResult): void
  reject(error: unknown): void
}

// Every so many calls expired records are looked for, so that others need not pay for it.
const tidyEvery = 16
// A script keeps the whole server waiting, so one is not given more than this.
const mostChanges = 2_000

/**
 * A queue in which a lone commit waits for nobody, and commits of the same turn share one script call: each is checked and
 * written by itself, one after another. An error before anything was written sends each of them again alone.
 */
export function commitQueue(options: CommitQueueOptions): CommitQueue {
  const { connection, layout, clock, indexed, replicas } = options
  const nextVersion = versionSource()
  const prefixLength = String(Buffer.byteLength(layout.records('')))
  const underWay = new Set<Promise<void>>()
  let calls = 0
  let queue: Waiting[] = []

  const flush = (): void => {
    const waiting = queue
    queue = []
    let group: Waiting[] = []
    let changes = 0
    for (const one of waiting) {
      const size = one.commit.checks.length + one.commit.writes.length
      if (group.length > 0 && changes + size > mostChanges) {
        start(group)
        group = []
        changes = 0
      }
      group.push(one)
      changes += size
    }
    start(group)
  }

  const start = (group: readonly Waiting[]): void => {
    const running = send(group).finally(() => underWay.delete(running))
    underWay.add(running)
  }

  const send = async (group: readonly Waiting[]): Promise<void> => {
    const versions = group.map(nextVersion)
    const now = clock.now()
    const { keys, args } = encode(group, versions, now)
    try {
      const [failed, confirmed] = await run(keys, args)
      for (const [index, waiting] of group.entries()) {
        const check = failed[index]!
        if (check > 0) waiting.resolve(conflict(waiting.commit, check))
        else if (confirmed < replicas) waiting.reject(notReplicated(confirmed, replicas))
        else waiting.resolve({ ok: true, version: versions[index]! })
      }
    } catch (error) {
      if (group.length > 1 && isThreadkeepError(error) && !error.maybeCommitted) for (const one of group) start([one])
      else for (const one of group) one.reject(error)
    }
  }

  /** Answers what the script answers, and how many replicas have what it wrote. */
  const run = async (keys: readonly string[], args: readonly string[]): Promise<readonly [number[], number]> => {
    if (replicas === 0) return [await connection.run<number[]>(commitScript, keys, args, 'write'), 0]
    // Less than the deadline of the call, by more than the server is late with it, so that the answer says how many there were.
    const patience = Math.max(1, Math.min(connection.timeout * 0.8, connection.timeout - 250))
    // It counts what its connection wrote before it, so it has to follow the script, however that is sent.
    return connection.runFollowed(commitScript, keys, args, ['WAIT', String(replicas), String(Math.round(patience))])
  }

  const encode = (
    group: readonly Waiting[],
    versions: readonly Version[],
    now: Millis,
  ): { keys: string[]; args: string[] } => {
    const keys = indexed ? [layout.collections, layout.due] : []
    const args = [String(now), String(keys.length), prefixLength, calls++ % tidyEvery === 0 ? '1' : '0']
    const places = new Map<string, string>()
    const place = (collection: string): string => {
      let known = places.get(collection)
      if (known === undefined) {
        known = String(keys.length + 1)
        places.set(collection, known)
        keys.push(layout.records(collection), layout.order(collection), layout.expiry(collection))
      }
      return known
    }
    for (const [index, { commit }] of group.entries()) {
      args.push(String(commit.checks.length), String(commit.writes.length))
      for (const { collection, key, version } of commit.checks) {
        // No version is '' or ' ', so the one can mean "none" and the other nothing that ever was.
        args.push(place(collection), key, version === null ? '' : version || ' ')
      }
      for (const write of commit.writes) {
        args.push(place(write.collection), write.key, pack(write, versions[index]!, now))
      }
    }
    return { keys, args }
  }

  return {
    add(commit, callOptions) {
      const { promise, resolve, reject } = Promise.withResolvers<CommitResult>()
      const signal = callOptions?.signal
      const waiting: Waiting = { commit, signal, resolve, reject }
      // After every caller that was answered in this turn has had its say.
      if (queue.length === 0) queueMicrotask(() => process.nextTick(flush))
      queue.push(waiting)
      return signal ? givingUp(promise, waiting, () => withdraw(waiting)) : promise
    },
    async drain() {
      while (queue.length > 0 || underWay.size > 0) {
        if (queue.length > 0) await new Promise((resolve) => setImmediate(resolve))
        await Promise.allSettled(underWay)
      }
    },
  }

  /** Takes a commit back that has not been sent. */
  function withdraw(waiting: Waiting): boolean {
    const at = queue.indexOf(waiting)
    if (at >= 0) queue.splice(at, 1)
    return at >= 0
  }
}

function givingUp(
  answer: Promise<CommitResult>,
  { signal, reject }: Waiting,
  withdraw: () => boolean,
): Promise<CommitResult> {
  const abort = (): void => reject(abortedError(withdraw() ? 'read' : 'write', signal!.reason))
  signal!.addEventListener('abort', abort, { once: true })
  return answer.finally(() => signal!.removeEventListener('abort', abort))
}

function conflict(commit: PreparedCommit, check: number): CommitResult {
  const { collection, key } = commit.checks[check - 1]!
  return { ok: false, conflict: { collection, key } }
}

function notReplicated(confirmed: number, wanted: number): ThreadkeepError {
  return new ThreadkeepError(
    'UNAVAILABLE',
    `The commit is written, but only ${confirmed} of ${wanted} replicas have confirmed it in time: a failover may lose it. Read before you write again.`,
    { maybeCommitted: true, details: { confirmed, wanted } },
  )
}
