import type { Address, Change, Entry, JsonObject, Millis, Version } from '../../store/types.ts'
import type { DomainEvent } from '../events/event.ts'
import type { Context } from './context.ts'
import { threadStream } from './names.ts'
import type { MemberRecord, ThreadRecord } from './records.ts'
import type { ThreadState } from './thread-state.ts'

/** A plan answers this when it must wait for the operations before it to be committed. */
export const nextGroup: unique symbol = Symbol('next group')

/** A record that must not exist for an operation to hold. */
export interface Claim {
  readonly at: Address
  /** Called when it does exist: refuses the operation by throwing, or learns what it needs to plan otherwise next time. */
  readonly onTaken: () => Promise<void>
}

/**
 * What an operation on a thread sees and does. Operations of one group follow each other on one draft and are committed
 * together; an operation that throws leaves nothing behind in the draft.
 */
export interface ThreadScope {
  /** One moment for the whole group; never before the thread's newest event. */
  readonly now: Millis
  readonly thread: ThreadRecord
  readonly members: ReadonlyMap<string, MemberRecord>
  /** The version of the stored thread that this group builds on. */
  readonly version: Version
  /** What has been planned so far; helpers that write several records push to it. */
  readonly changes: Change[]
  /** Changes the thread. */
  update(patch: Partial<ThreadRecord>): void
  /** Replaces the thread: for leaving a field out. */
  replace(thread: ThreadRecord): void
  /** Changes, adds or (undefined) removes a member in the draft; the caller writes the record itself. */
  setMember(userId: string, member: MemberRecord | undefined): void
  /** What is stored now. Only for operations that run first in their group (`reads`). */
  read(at: readonly Address[]): Promise<readonly (Entry | undefined)[]>
  put(at: Address, value: JsonObject, expiresAt?: Millis): void
  delete(at: Address): void
  /** Demands that a record outside the thread's aggregate is still as it was read. */
  check(at: Address, version: Version): void
  /** Demands that a record does not exist yet. False: an operation of the same group writes it; come back in the next group. */
  claim(claim: Claim): boolean
  /** Adds an event to the thread's stream and answers its number. */
  emit(event: Omit<DomainEvent, 'stream' | 'eventSeq' | 'at' | 'threadId'>): number
}

/** The draft that a group's scopes share. */
export interface Draft {
  readonly scope: ThreadScope
  readonly state: ThreadState
  readonly changes: Change[]
  readonly events: DomainEvent[]
  /** Claims by `collection\nkey`, with the index of the operation that made each. */
  readonly claims: Map<string, { readonly claim: Claim; readonly operation: number }>
  thread(): ThreadRecord
  members(): ReadonlyMap<string, MemberRecord>
  /** Runs one operation; when it throws, or must wait for the next group, everything it did is taken back. */
  attempt<T>(operation: number, run: (scope: ThreadScope) => T | Promise<T>): T | Promise<T>
}

/** The name of an address inside this file and its callers. */
export function addressKey(at: Address): string {
  return `${at.collection}\n${at.key}`
}

/** An empty draft on a state. */
export function createDraft(context: Context, state: ThreadState): Draft {
  let thread = state.thread
  let members: Map<string, MemberRecord> = state.members
  let current = 0
  const changes: Change[] = []
  const events: DomainEvent[] = []
  const claims: Draft['claims'] = new Map()
  const now = Math.max(context.clock.now(), thread.lastEventAt)
  const stream = threadStream(thread.id)

  const scope: ThreadScope = {
    now,
    version: state.version,
    changes,
    get thread() {
      return thread
    },
    get members() {
      return members
    },
    update(patch) {
      thread = { ...thread, ...patch }
    },
    replace(whole) {
      thread = whole
    },
    setMember(userId, member) {
      members = new Map(members)
      if (member) members.set(userId, member)
      else members.delete(userId)
    },
    read: (at) => context.store.get(at),
    put(at, value, expiresAt) {
      changes.push(expiresAt === undefined ? { type: 'put', at, value } : { type: 'put', at, value, expiresAt })
    },
    delete(at) {
      changes.push({ type: 'delete', at })
    },
    check(at, version) {
      changes.push({ type: 'check', at, version })
    },
    claim(claim) {
      const key = addressKey(claim.at)
      if (claims.has(key)) return false
      claims.set(key, { claim, operation: current })
      changes.push({ type: 'check', at: claim.at, version: null })
      return true
    },
    emit(fields) {
      const eventSeq = thread.eventSeq + 1
      const event: DomainEvent = { stream, eventSeq, at: now, threadId: thread.id, ...fields }
      thread = { ...thread, eventSeq, lastEventAt: now }
      events.push(event)
      return eventSeq
    },
  }

  return {
    scope,
    state,
    changes,
    events,
    claims,
    thread: () => thread,
    members: () => members,
    attempt(operation, run) {
      current = operation
      const before = { thread, members, changes: changes.length, events: events.length }
      const undo = (): void => {
        thread = before.thread
        members = before.members
        changes.length = before.changes
        events.length = before.events
        for (const [key, made] of claims) if (made.operation === operation) claims.delete(key)
      }
      const settle = <T>(result: T): T => {
        if (result === nextGroup) undo()
        return result
      }
      const fail = (error: unknown): never => {
        undo()
        throw error
      }
      try {
        const result = run(scope)
        return result instanceof Promise ? result.then(settle, fail) : settle(result)
      } catch (error) {
        return fail(error)
      }
    },
  }
}
