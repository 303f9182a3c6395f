import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import { scan } from '../../store/scan.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { at, names, token } from '../kernel/names.ts'
import type { Page } from '../kernel/page.ts'
import { pageOf, readPageRequest } from '../kernel/page-request.ts'
import { deleteRecency } from '../kernel/recency.ts'
import type { MemberRecord, ReceiptRecord } from '../kernel/records.ts'
import { asRecord } from '../kernel/records.ts'
import type { ThreadReader } from '../kernel/thread-reader.ts'
import type { ThreadScope } from '../kernel/thread-scope.ts'
import type { ThreadWriter } from '../kernel/thread-writer.ts'
import { normalId } from '../kernel/validate.ts'
import { assertMemberRole } from './members-input.ts'
import { join, placeMember } from './place-member.ts'
import { assertReachable } from './reachable.ts'
import type { Member, MemberRole, Threads } from './threads.types.ts'

/** Who is in a thread, in which role, and how each of them keeps it. */
export function createMembers(context: Context, reader: ThreadReader, writer: ThreadWriter) {
  const { store, limits } = context

  function memberNotFound(): ThreadkeepError {
    return new ThreadkeepError('NOT_FOUND', 'There is no such member.')
  }

  /** Members with their public markers, in one store call. */
  async function withMarkers(actor: Actor, records: readonly MemberRecord[]): Promise<Member[]> {
    const markers = await store.get(records.map(({ threadId, userId }) => at(names.receipts(threadId), token(userId))))
    return records.map(({ threadId, userId, role, joinedAt, archived, muted }, i) => {
      const marker = markers[i] && asRecord<ReceiptRecord>(markers[i].value)
      const own = userId === actor.userId
      const readSeq = (own ? marker?.readSeq : marker?.publicReadSeq) ?? 0
      // How somebody keeps a thread is nobody else's business.
      return {
        threadId,
        userId,
        role,
        joinedAt,
        readSeq,
        deliveredSeq: marker?.deliveredSeq ?? 0,
        archived: own && archived,
        muted: own && muted,
      }
    })
  }

  async function members(
    actor: Actor,
    threadId: string,
    query: Parameters<Threads['members']>[2] = {},
  ): Promise<Page<Member>> {
    const id = normalId(threadId, 'thread id')
    const scope = `members:${token(id)}`
    const cursors = await context.cursors()
    const slice = readPageRequest(query, limits, cursors, scope)
    const [start, end] = [slice.after?.[0], slice.before?.[0]] as [string | undefined, string | undefined]
    const range = {
      ...(start !== undefined && { after: start }),
      ...(end !== undefined && { before: end }),
      reverse: !slice.forward,
      limit: slice.limit + 1,
    }
    const anchor = slice.forward ? start : end
    const [, entries, other] = await Promise.all([
      reader.open(actor, id),
      store.list(names.members(id), range),
      anchor !== undefined && isBeyond(id, anchor, slice.forward),
    ])
    const more = entries.length > slice.limit
    const cut = entries.slice(0, slice.limit)
    if (!slice.forward) cut.reverse()
    const items = await withMarkers(
      actor,
      cut.map((entry) => asRecord<MemberRecord>(entry.value)),
    )
    return pageOf(
      items,
      slice.forward ? { next: more, previous: other } : { next: other, previous: more },
      ({ userId }) => cursors.encode(scope, [token(userId)]),
    )
  }

  /** Whether anybody stands at the anchor or on its far side: who stood there may have left. */
  async function isBeyond(threadId: string, anchor: string, forward: boolean): Promise<boolean> {
    const [[own], far] = await Promise.all([
      store.get([at(names.members(threadId), anchor)]),
      store.list(names.members(threadId), {
        ...(forward ? { before: anchor } : { after: anchor }),
        reverse: forward,
        limit: 1,
      }),
    ])
    return own !== undefined || far.length > 0
  }

  async function member(actor: Actor, threadId: string, userId: string): Promise<Member> {
    const id = normalId(threadId, 'thread id')
    const [, [entry]] = await Promise.all([
      reader.open(actor, id),
      store.get([at(names.members(id), token(normalId(userId, 'user id')))]),
    ])
    if (!entry) throw memberNotFound()
    return (await withMarkers(actor, [asRecord<MemberRecord>(entry.value)]))[0]!
  }

  async function addMember(
    actor: Actor,
    threadId: string,
    userId: string,
    role: MemberRole = 'member',
  ): Promise<Member> {
    assertMemberRole(role)
    const newcomer = normalId(userId, 'user id')
    const { result } = await writer.run(normalId(threadId, 'thread id'), {
      actor,
      action: 'member.manage',
      userIds: [newcomer],
      reads: true,
      async plan(scope) {
        const known = scope.members.get(newcomer)
        if (known) return known
        assertNotDirect(scope)
        if (scope.thread.memberCount >= limits.maxMembers)
          throw new ThreadkeepError('INVALID_LIMIT', `A thread has at most ${limits.maxMembers} members.`)
        await assertReachable(context, actor, [newcomer])
        const joined = join(limits, scope, actor.userId, { userId: newcomer, role })
        return joined
      },
    })
    return (await withMarkers(actor, [result]))[0]!
  }

  async function setRole(actor: Actor, threadId: string, userId: string, role: MemberRole): Promise<Member> {
    assertMemberRole(role)
    const id = normalId(userId, 'user id')
    const { result } = await writer.run(normalId(threadId, 'thread id'), {
      actor,
      action: 'member.manage',
      userIds: [id],
      reads: true,
      async plan(scope) {
        const record = scope.members.get(id)
        if (!record) throw memberNotFound()
        assertNotDirect(scope)
        if (record.role === role) return record
        const changed = { ...record, role }
        placeMember(scope, changed)
        if (record.role === 'owner') await keepAnOwner(scope, id)
        scope.update({ updatedAt: scope.now })
        scope.emit({ type: 'member.updated', actorId: actor.userId, userId: id, role })
        return changed
      },
    })
    return (await withMarkers(actor, [result]))[0]!
  }

  async function removeMember(actor: Actor, threadId: string, userId: string): Promise<void> {
    const id = normalId(userId, 'user id')
    await writer.run(normalId(threadId, 'thread id'), {
      actor,
      // Anyone may leave.
      action: id === actor.userId ? 'thread.read' : 'member.manage',
      userIds: [id],
      reads: true,
      async plan(scope) {
        const record = scope.members.get(id)
        if (!record) throw memberNotFound()
        assertNotDirect(scope)
        const { thread, now } = scope
        scope.setMember(id, undefined)
        if (record.role === 'owner') await keepAnOwner(scope, id)
        scope.delete(at(names.members(thread.id), token(id)))
        scope.delete(at(names.receipts(thread.id), token(id)))
        deleteRecency(scope.changes, thread, record)
        scope.update({ memberCount: thread.memberCount - 1, updatedAt: now })
        scope.emit({ type: 'member.removed', actorId: actor.userId, userId: id })
      },
    })
  }

  /** A thread always has an owner; the one it names is one of them. */
  async function keepAnOwner(scope: ThreadScope, leaving: string): Promise<void> {
    const heir = await findHeir(context, scope, leaving)
    if (!heir)
      throw new ThreadkeepError(
        'CONFLICT',
        'The last owner cannot go: make another member owner first, or delete the thread.',
      )
    if (scope.thread.ownerId === leaving) scope.update({ ownerId: heir.userId })
  }

  /** How the actor keeps the thread: its own flags, in its record and its index. */
  async function flag(
    actor: Actor,
    threadId: string,
    flags: Partial<Pick<MemberRecord, 'archived' | 'muted'>>,
  ): Promise<void> {
    await writer.run(normalId(threadId, 'thread id'), {
      actor,
      action: 'thread.read',
      plan(scope) {
        const record = scope.members.get(actor.userId)
        if (!record) throw memberNotFound()
        placeMember(scope, { ...record, ...flags })
        scope.emit({ type: 'member.updated', actorId: actor.userId, userId: actor.userId, role: record.role })
      },
    })
  }

  return {
    members,
    member,
    addMember,
    setRole,
    removeMember,
    archive: (actor: Actor, threadId: string, archived = true): Promise<void> => flag(actor, threadId, { archived }),
    mute: (actor: Actor, threadId: string, muted = true): Promise<void> => flag(actor, threadId, { muted }),
  }
}

/** An owner of the thread other than the one who leaves. Only for operations that read. */
export async function findHeir(
  context: Context,
  scope: ThreadScope,
  leaving: string,
): Promise<MemberRecord | undefined> {
  const isHeir = ({ role, userId }: MemberRecord): boolean => role === 'owner' && userId !== leaving
  if (!scope.thread.big) return [...scope.members.values()].find(isHeir)
  for await (const { value } of scan(context.store, names.members(scope.thread.id))) {
    // The draft knows better: what it holds may be about to change.
    const member = scope.members.get(value['userId'] as string) ?? asRecord<MemberRecord>(value)
    if (isHeir(member)) return member
  }
  return undefined
}

function assertNotDirect(scope: ThreadScope): void {
  if (scope.thread.direct)
    throw new ThreadkeepError(
      'CONFLICT',
      'A direct thread is between its two people: nobody joins, leaves or changes role.',
    )
}
