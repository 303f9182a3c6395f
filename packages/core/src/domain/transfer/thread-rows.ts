import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { Address, Change } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'
import { hasScope } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { at, names, token } from '../kernel/names.ts'
import type { MemberRecord, ReceiptRecord, ThreadRecord } from '../kernel/records.ts'
import { asJson } from '../kernel/records.ts'
import type { ThreadReader } from '../kernel/thread-reader.ts'
import type { ThreadWriter } from '../kernel/thread-writer.ts'
import { normalId } from '../kernel/validate.ts'
import { checkNewThread, threadCreation, threadExists } from '../threads/create.ts'
import { directKey } from '../threads/direct-key.ts'
import { maxFirstMembers } from '../threads/members-input.ts'
import { join } from '../threads/place-member.ts'
import { reachable } from '../threads/reachable.ts'
import { checkStatus } from '../threads/update.ts'
import { assertOwn } from './assert-own.ts'
import type { MemberRow, RowOf } from './rows.ts'

/** The thread that the rows at hand belong to. */
export interface ImportedThread {
  readonly id: string
  /** False: it was there already. */
  readonly created: boolean
}

const importer: Actor = { userId: 'threadkeep', scopes: ['admin'] }
const joining = 200

/** Writes the threads of rows, with their times, members, markers and flags. */
export function createThreadRows(context: Context, reader: ThreadReader, writer: ThreadWriter) {
  const { store, limits } = context

  return async function writeThread(actor: Actor, row: RowOf<'thread'>, dryRun: boolean): Promise<ImportedThread> {
    const id = normalId(row.thread.id, 'thread id')
    const owner: Actor = { userId: normalId(row.thread.ownerId, 'user id') }
    assertOwn(actor, owner.userId)
    const members = await membersOf(actor, row.members)
    const { title, metadata, retention } = row.thread
    const status = checkStatus(row.thread.status)
    const first = members.slice(0, maxFirstMembers - 1)
    const checked = checkNewThread(context, owner, {
      id,
      title,
      metadata,
      members: first,
      ...(retention && { retention }),
    })
    const [one, other, ...more] = members.map(({ userId }) => userId)
    const between = row.thread.direct === true && one && other && more.length === 0 ? betweenTwo(one, other) : []
    const [pair] = between
    for (;;) {
      const [known, taken, ...blocks] = await store.get([at(names.threads, token(id)), ...between])
      if (known) return alreadyThere(actor, id, owner.userId)
      if (dryRun) return { id, created: true }
      const { createdAt, updatedAt, lastActivityAt, seq, forkedFrom, legalHold } = row.thread
      const kept: Partial<ThreadRecord> = {
        status,
        createdAt,
        updatedAt,
        lastActivityAt,
        recencyAt: lastActivityAt,
        seq,
        direct: pair !== undefined && !taken,
        ...(forkedFrom && { forkedFrom: { threadId: forkedFrom.threadId, messageId: forkedFrom.messageId } }),
        ...(legalHold !== undefined && hasScope(actor, 'admin') && { legalHold: legalHold === true }),
      }
      const places = new Map(
        first.map((member, i) => [member.userId, { ...placeOf(member), ...(blocks[i] && { blocking: true }) }]),
      )
      const made = threadCreation(context, owner, checked, kept, places)
      const changes: Change[] = [...made.changes, ...first.flatMap((member) => markersOf(id, member))]
      if (pair && !taken)
        changes.push({ type: 'check', at: pair, version: null }, { type: 'put', at: pair, value: { threadId: id } })
      if (!(await store.commit(changes)).ok) continue
      context.committed(made.events, made.userIds)
      await joinOthers(id, members.slice(first.length), updatedAt)
      return { id, created: true }
    }
  }

  /** The members as they may come: an admin brings everybody back, others leave out whom they cannot reach. */
  async function membersOf(actor: Actor, rows: readonly MemberRow[]): Promise<readonly MemberRow[]> {
    const members = rows.map((row) => ({ ...row, userId: normalId(row.userId, 'user id') }))
    if (hasScope(actor, 'admin')) return members
    const known = await reachable(
      context,
      actor,
      members.map(({ userId }) => userId),
    )
    return members.filter(({ userId }) => known.has(userId))
  }

  async function alreadyThere(actor: Actor, id: string, ownerId: string): Promise<ImportedThread> {
    const [mine] = await reader.openMany(actor, [id])
    if (!mine || mine.thread.ownerId !== ownerId) throw threadExists(id)
    return { id, created: false }
  }

  /** Those who are too many for one commit, some in each. */
  async function joinOthers(threadId: string, members: readonly MemberRow[], updatedAt: number): Promise<void> {
    for (let from = 0; from < members.length; from += joining) {
      const some = members.slice(from, from + joining)
      await writer.run(threadId, {
        actor: importer,
        action: 'thread.read',
        userIds: some.map(({ userId }) => userId),
        reads: true,
        weight: some.length,
        plan(scope) {
          for (const member of some) {
            if (scope.members.has(member.userId)) continue
            if (scope.thread.memberCount >= limits.maxMembers)
              throw new ThreadkeepError('INVALID_LIMIT', `A thread has at most ${limits.maxMembers} members.`)
            const { userId, role } = member
            join(limits, scope, importer.userId, { userId, role, ...placeOf(member) })
            scope.changes.push(...markersOf(threadId, member))
          }
          scope.update({ updatedAt })
        },
      })
    }
  }
}

/** Where the direct thread of two is named, and whether one has blocked the other: in the order of the two. */
function betweenTwo(one: string, other: string): readonly Address[] {
  return [
    at(names.direct, directKey(one, other)),
    at(names.blocks(one), token(other)),
    at(names.blocks(other), token(one)),
  ]
}

function placeOf({ joinedAt, archived, muted }: MemberRow): Partial<MemberRecord> {
  return { joinedAt, archived: archived === true, muted: muted === true }
}

function markersOf(threadId: string, { userId, readSeq, publicReadSeq, deliveredSeq }: MemberRow): Change[] {
  if (readSeq === 0 && deliveredSeq === 0) return []
  const marker: ReceiptRecord = { userId, readSeq, publicReadSeq: publicReadSeq ?? readSeq, deliveredSeq }
  return [{ type: 'put', at: at(names.receipts(threadId), token(userId)), value: asJson(marker) }]
}
