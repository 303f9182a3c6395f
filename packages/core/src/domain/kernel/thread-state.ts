import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import { scan } from '../../store/scan.ts'
import type { Entry, Version } from '../../store/types.ts'
import type { MemberRole, Thread, ThreadStatus } from '../threads/threads.types.ts'
import type { Action } from './access.ts'
import { refusal } from './access.ts'
import type { Actor } from './actor.ts'
import { hasScope } from './actor.ts'
import type { Context } from './context.ts'
import { at, names, token } from './names.ts'
import type { MemberRecord, ThreadRecord } from './records.ts'
import { asRecord } from './records.ts'
import { copyJson } from './validate.ts'

/** A thread's aggregate as it was at `version`. Members can only change together with the version. */
export interface ThreadState {
  readonly thread: ThreadRecord
  readonly version: Version
  /** All members of a thread that is not big; of a big one, those that were asked for. */
  readonly members: Map<string, MemberRecord>
}

/** The answer for what does not exist and for what is not the actor's: one and the same. */
export function threadNotFound(): ThreadkeepError {
  return new ThreadkeepError('NOT_FOUND', 'There is no such thread.')
}

const active: ThreadStatus = { type: 'active' }

/** Refuses `action` with the code that fits: `NOT_FOUND`, `FORBIDDEN`, `THREAD_LOCKED` or `THREAD_CLOSED`. */
export function assertAllowed(actor: Actor, action: Action, thread: ThreadRecord, role: MemberRole | undefined): void {
  const status = hasScope(actor, 'threads:inactive') ? active : thread.status
  const refused = refusal(action, hasScope(actor, 'admin') ? 'admin' : role, status)
  switch (refused) {
    case undefined:
      return
    case 'hidden':
      throw threadNotFound()
    case 'role':
      throw new ThreadkeepError('FORBIDDEN', `Your role in this thread does not allow this (${action}).`, {
        details: { action },
      })
    case 'locked':
      throw new ThreadkeepError('THREAD_LOCKED', 'The thread is locked.', { details: reasonOf(thread) })
    case 'closed':
      throw new ThreadkeepError('THREAD_CLOSED', 'The thread is closed.', { details: reasonOf(thread) })
  }
}

function reasonOf(thread: ThreadRecord): { reason?: string } {
  return thread.status.type !== 'active' && thread.status.reason !== undefined ? { reason: thread.status.reason } : {}
}

/** Reads a thread with the members that a write needs; undefined when there is none. */
export async function loadThreadState(
  context: Context,
  threadId: string,
  userIds: Iterable<string>,
): Promise<ThreadState | undefined> {
  const [entry] = await context.store.get([at(names.threads, token(threadId))])
  if (!entry) return undefined
  const state: ThreadState = { thread: asRecord<ThreadRecord>(entry.value), version: entry.version, members: new Map() }
  if (state.thread.big) await loadMembers(context, state, userIds)
  else {
    for await (const member of scan(context.store, names.members(threadId))) addMember(state, member)
  }
  return state
}

/** Adds members of a big thread to what is known of it. */
export async function loadMembers(context: Context, state: ThreadState, userIds: Iterable<string>): Promise<void> {
  const missing = [...new Set(userIds)].filter((userId) => !state.members.has(userId))
  if (missing.length === 0) return
  const entries = await context.store.get(missing.map((userId) => at(names.members(state.thread.id), token(userId))))
  for (const entry of entries) if (entry) addMember(state, entry)
}

function addMember(state: ThreadState, entry: Entry): void {
  const member = asRecord<MemberRecord>(entry.value)
  state.members.set(member.userId, member)
}

/** A stored thread as the world sees it: the caller's own copy. */
export function toThread(record: ThreadRecord, version: Version): Thread {
  const { lastEventAt, nextDueAt, recencyAt, big, purgeAt, retention, forkedFrom, ...rest } = record
  return {
    ...rest,
    status: { ...rest.status },
    metadata: copyJson(rest.metadata),
    ...(retention && { retention: { ...retention } }),
    ...(forkedFrom && { forkedFrom: { ...forkedFrom } }),
    version,
  }
}
