/** One append, seen from outside: from the first time it was asked for to its answer, repetitions under its client id included. */
export interface AppendCall {
  readonly clientId: string
  /** Moments are places in the record: a call that ended at 4 was over before the one that was invoked at 5. */
  readonly invokedAt: number
  /** Infinity while there is no answer. */
  endedAt: number
  /** `fail`: refused, it has not happened. `unknown`: nobody said whether it happened. */
  outcome: 'ok' | 'fail' | 'unknown'
  /** As acknowledged. */
  seq?: number
}

/** One message as a reader saw it. */
export interface Seen {
  readonly seq: number
  readonly clientId: string
}

/** One read that was answered. */
export interface ReadCall {
  readonly invokedAt: number
  readonly endedAt: number
  /** What was asked for: the newest ones, or those after a place. */
  readonly from: 'newest' | { readonly after: number }
  readonly limit: number
  readonly items: readonly Seen[]
}

/** What was asked of one thread, and what was answered, as those who asked saw it. */
export interface History {
  readonly appends: readonly AppendCall[]
  readonly reads: readonly ReadCall[]
}

/** Writes a history down while it happens. */
export interface Recorder extends History {
  append(clientId: string): AppendCall
  ok(call: AppendCall, seq: number): void
  fail(call: AppendCall): void
  /** The moment at which a read is asked for; `read` notes its answer. */
  now(): number
  read(call: Omit<ReadCall, 'endedAt'>): void
}

/** An empty history. All who take part in it write into this one. */
export function recordHistory(): Recorder {
  const appends: AppendCall[] = []
  const reads: ReadCall[] = []
  let moment = 0
  const now = (): number => ++moment
  return {
    appends,
    reads,
    now,
    append(clientId) {
      const call: AppendCall = { clientId, invokedAt: now(), endedAt: Number.POSITIVE_INFINITY, outcome: 'unknown' }
      appends.push(call)
      return call
    },
    ok(call, seq) {
      call.endedAt = now()
      call.outcome = 'ok'
      call.seq = seq
    },
    fail(call) {
      call.endedAt = now()
      call.outcome = 'fail'
    },
    read: (call) => void reads.push({ ...call, endedAt: now() }),
  }
}
