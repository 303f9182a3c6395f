import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { Change, JsonObject } from '../../store/types.ts'
import type { DomainEvent } from '../events/event.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { pushEvents } from '../kernel/event-changes.ts'
import { at, names, threadStream, token } from '../kernel/names.ts'
import { putRecency } from '../kernel/recency.ts'
import type { MemberRecord, ThreadRecord } from '../kernel/records.ts'
import { asJson } from '../kernel/records.ts'
import type { ThreadReader } from '../kernel/thread-reader.ts'
import { toThread } from '../kernel/thread-state.ts'
import { assertMetadata, assertText, copyJson, normalId } from '../kernel/validate.ts'
import { checkMembers } from './members-input.ts'
import { assertReachable } from './reachable.ts'
import { checkRetention } from './retention.ts'
import type { MemberRole, NewThread, Retention, Thread } from './threads.types.ts'

/** A new thread that has passed every check that needs no store. */
export interface CheckedThread {
  readonly id: string
  readonly ownId: boolean
  readonly title: string
  readonly metadata: JsonObject
  readonly members: ReadonlyMap<string, MemberRole>
  readonly retention: Retention | undefined
}

/** The title of a thread that was given none. */
export const defaultTitle = 'New conversation'

/** Refuses a malformed new thread; answers an own copy with every default filled in. */
export function checkNewThread(context: Context, actor: Actor, input: NewThread): CheckedThread {
  if (input.title !== undefined) assertText(input.title, 'A title', 1, context.limits.maxTitleLength)
  if (input.metadata !== undefined) assertMetadata(input.metadata, context.limits)
  return {
    id: input.id === undefined ? context.ids.next('thr') : normalId(input.id, 'thread id'),
    ownId: input.id !== undefined,
    title: input.title ?? defaultTitle,
    metadata: input.metadata === undefined ? {} : copyJson(input.metadata),
    members: checkMembers(context, actor, input.members ?? []),
    retention: input.retention === undefined ? undefined : checkRetention(input.retention),
  }
}

/** The changes that bring a thread into being, and its first events. An import says in `places` how members have kept the thread. */
export function threadCreation(
  context: Context,
  actor: Actor,
  thread: CheckedThread,
  extra: Partial<ThreadRecord> = {},
  places: ReadonlyMap<string, Partial<MemberRecord>> = new Map(),
) {
  const now = context.clock.now()
  const stream = threadStream(thread.id)
  const events: DomainEvent[] = [
    { stream, eventSeq: 1, type: 'thread.created', at: now, actorId: actor.userId, threadId: thread.id },
  ]
  const members: MemberRecord[] = []
  for (const [userId, role] of thread.members) {
    const eventSeq = events.length + 1
    events.push({
      stream,
      eventSeq,
      type: 'member.added',
      at: now,
      actorId: actor.userId,
      threadId: thread.id,
      userId,
      role,
    })
    members.push({
      threadId: thread.id,
      userId,
      role,
      joinedAt: now,
      joinedEventSeq: eventSeq,
      archived: false,
      muted: false,
      ...(thread.members.size > context.limits.maxInlineMembers && { recencyAt: extra.recencyAt ?? now }),
      ...places.get(userId),
    })
  }
  // A thread that is born hidden says so, so that whoever counts shown threads counts right.
  if (extra.deletedAt !== undefined)
    events.push({
      stream,
      eventSeq: events.length + 1,
      type: 'thread.deleted',
      at: now,
      actorId: actor.userId,
      threadId: thread.id,
    })
  const record: ThreadRecord = {
    id: thread.id,
    title: thread.title,
    status: { type: 'active' },
    ownerId: actor.userId,
    metadata: thread.metadata,
    createdAt: now,
    updatedAt: now,
    lastActivityAt: now,
    seq: 0,
    eventSeq: events.length,
    messageCount: 0,
    memberCount: members.length,
    direct: false,
    ...(thread.retention && { retention: thread.retention }),
    lastEventAt: now,
    recencyAt: now,
    big: members.length > context.limits.maxInlineMembers,
    ...extra,
  }
  const root = at(names.threads, token(thread.id))
  const changes: Change[] = [
    { type: 'check', at: root, version: null },
    { type: 'put', at: root, value: asJson(record) },
  ]
  if (record.retention)
    changes.push({ type: 'put', at: at(names.retained, token(thread.id)), value: { threadId: thread.id } })
  for (const member of members) {
    changes.push({ type: 'put', at: at(names.members(thread.id), token(member.userId)), value: asJson(member) })
    putRecency(changes, record, member)
  }
  pushEvents(changes, events, context.limits)
  return { record, changes, events, userIds: members.map(({ userId }) => userId) }
}

/** The answer for a taken thread id, whoever has it. */
export function threadExists(threadId: string): ThreadkeepError {
  return new ThreadkeepError('THREAD_EXISTS', 'This thread id is taken.', { details: { threadId } })
}

/** `threads.create`: one commit; a taken id is answered as `ifExists` says, and never tells whose it is. */
export function createThreadCreate(context: Context, reader: ThreadReader) {
  return async function create(actor: Actor, input: NewThread = {}): Promise<Thread> {
    const checked = checkNewThread(context, actor, input)
    await assertReachable(context, actor, [...checked.members.keys()])
    const { record, changes, events, userIds } = threadCreation(context, actor, checked)
    const done = await context.store.commit(changes)
    if (done.ok) {
      context.committed(events, userIds)
      return toThread(record, done.version)
    }
    if (input.ifExists === 'return') {
      const mine = (await reader.openMany(actor, [checked.id]))[0]
      if (mine?.member) return toThread(mine.thread, mine.version)
    }
    throw threadExists(checked.id)
  }
}
