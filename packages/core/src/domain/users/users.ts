import { isThreadkeepError, ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { Change, Entry, Version } from '../../store/types.ts'
import { recordAudit } from '../audit/record-audit.ts'
import type { EventType } from '../events/event.ts'
import type { Actor } from '../kernel/actor.ts'
import { hasScope, requireScope } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import type { Door } from '../kernel/door.ts'
import { pushEvents } from '../kernel/event-changes.ts'
import { at, names, token, userStream } from '../kernel/names.ts'
import type { UserRecord } from '../kernel/records.ts'
import { asJson, asRecord } from '../kernel/records.ts'
import type { ThreadWriter } from '../kernel/thread-writer.ts'
import { assertCount, normalId } from '../kernel/validate.ts'
import { createBlocks } from './blocks.ts'
import { userCreation } from './creation.ts'
import { createDiscovery, indexChanges } from './discover.ts'
import { eraseUser } from './erase.ts'
import { createPresence } from './presence.ts'
import { applyUserPatch, checkProfile } from './profile.ts'
import { toUser } from './to-user.ts'
import type { User, UserCreateResult, UserPatch, UserProfile, Users } from './users.types.ts'

const maxRows = 1_000

/** The users of a context. */
export function createUsers(context: Context, door: Door, writer: ThreadWriter): Users {
  const { store, clock, limits } = context
  const blocks = createBlocks(context, writer)

  function assertSelf(actor: Actor, id: string): void {
    if (actor.userId !== id && !hasScope(actor, 'admin'))
      throw new ThreadkeepError('FORBIDDEN', 'Only the user itself, or an admin, may do this.')
  }

  async function load(id: string): Promise<Entry> {
    const [entry] = await store.get([at(names.users, token(id))])
    if (!entry) throw userNotFound()
    return entry
  }

  /** Changes a user, its place in the discovery index and its stream in one commit; again when somebody was faster. */
  async function write(
    actor: Actor,
    id: string,
    type: EventType | ((before: UserRecord) => EventType),
    change: (record: UserRecord, version: Version) => UserRecord | undefined,
  ): Promise<User> {
    for (;;) {
      const entry = await load(id)
      const before = asRecord<UserRecord>(entry.value)
      const changed = change(before, entry.version)
      if (!changed) return toUser(before, entry.version)
      const next = { ...changed, updatedAt: clock.now(), eventSeq: before.eventSeq + 1 }
      const event = {
        stream: userStream(id),
        eventSeq: next.eventSeq,
        type: typeof type === 'string' ? type : type(before),
        at: clock.now(),
        actorId: actor.userId,
        userId: id,
      }
      const changes: Change[] = [
        { type: 'check', at: at(names.users, token(id)), version: entry.version },
        { type: 'put', at: at(names.users, token(id)), value: asJson(next) },
        ...indexChanges(before, next),
      ]
      pushEvents(changes, [event], limits)
      const done = await store.commit(changes)
      if (!done.ok) continue
      door.forget(id)
      context.committed([event], [])
      return toUser(next, done.version)
    }
  }

  async function create(actor: Actor, userId: string, profile: UserProfile = {}): Promise<User> {
    const id = normalId(userId, 'user id')
    assertSelf(actor, id)
    const checked = checkProfile(profile, limits)
    const made = (await createAfter(actor, id, checked, undefined)) ?? (await createAnew(actor, id, checked))
    if (!made) throw new ThreadkeepError('USER_EXISTS', 'This user id is taken.', { details: { userId: id } })
    return made
  }

  async function createAnew(actor: Actor, id: string, profile: UserProfile): Promise<User | undefined> {
    const [entry] = await store.get([at(names.users, token(id))])
    return entry && asRecord<UserRecord>(entry.value).erased ? createAfter(actor, id, profile, entry) : undefined
  }

  async function createAfter(
    actor: Actor,
    id: string,
    profile: UserProfile,
    erased: Entry | undefined,
  ): Promise<User | undefined> {
    const now = clock.now()
    const user = { id, ...profile, createdAt: now, updatedAt: now }
    const { record, changes, event } = userCreation(context, actor, user, erased)
    const done = await store.commit(changes)
    if (!done.ok) return undefined
    door.forget(id)
    context.committed([event], [])
    return toUser(record, done.version)
  }

  async function createRow(
    actor: Actor,
    row: { readonly id: string; readonly profile?: UserProfile },
  ): Promise<UserCreateResult> {
    try {
      if (typeof row !== 'object' || row === null) throw new ThreadkeepError('INVALID', 'A row is { id, profile? }.')
      return { id: row.id, ok: true, user: await create(actor, row.id, row.profile) }
    } catch (error) {
      if (!isThreadkeepError(error) || error.retryable) throw error
      return { id: row?.id ?? '', ok: false, code: error.code, message: error.message }
    }
  }

  async function getMany(actor: Actor, ids: readonly string[]): Promise<readonly (User | undefined)[]> {
    assertCount(Math.max(1, ids.length), 'The number of users', maxRows)
    const normal = ids.map((id) => normalId(id, 'user id'))
    const entries = await store.get(
      normal.flatMap((id) => [at(names.users, token(id)), at(names.blocks(id), token(actor.userId))]),
    )
    return normal.map((_, i) => {
      const [user, block] = [entries[2 * i], entries[2 * i + 1]]
      const record = user && asRecord<UserRecord>(user.value)
      const hidden = !record || record.deletedAt !== undefined || (block !== undefined && !hasScope(actor, 'admin'))
      return hidden ? undefined : toUser(record, user!.version)
    })
  }

  const users: Users = {
    create,
    async createMany(actor, rows) {
      requireScope(actor, 'admin')
      assertCount(rows.length, 'The number of rows', maxRows)
      return Promise.all(rows.map((row) => createRow(actor, row)))
    },
    async exists(actor, id) {
      return (await getMany(actor, [id]))[0] !== undefined
    },
    async get(actor, id) {
      const [user] = await getMany(actor, [id])
      if (!user) throw userNotFound()
      return user
    },
    getMany,
    async update(actor: Actor, userId: string, patch: UserPatch, options: { readonly version?: Version } = {}) {
      const id = normalId(userId, 'user id')
      assertSelf(actor, id)
      return write(actor, id, 'user.updated', (record, version) => {
        if (record.deletedAt !== undefined) throw userNotFound()
        if (options.version !== undefined && options.version !== version)
          throw new ThreadkeepError('CONFLICT', 'The user was changed since you read it: read it again.')
        return applyUserPatch(record, patch, limits)
      })
    },
    async deactivate(actor, userId) {
      const id = normalId(userId, 'user id')
      assertSelf(actor, id)
      return write(actor, id, 'user.updated', (record) => {
        if (record.deletedAt !== undefined) throw userNotFound()
        if (record.deactivatedAt !== undefined && (record.awayBy !== id || actor.userId === id)) return undefined
        return { ...record, deactivatedAt: record.deactivatedAt ?? clock.now(), awayBy: actor.userId }
      })
    },
    async restore(actor, userId) {
      const id = normalId(userId, 'user id')
      assertSelf(actor, id)
      // A user who comes back from deletion counts anew.
      const type = ({ deletedAt }: UserRecord) => (deletedAt === undefined ? 'user.updated' : 'user.created')
      return write(actor, id, type, (record) => {
        const { deactivatedAt, deletedAt, awayBy, ...rest } = record
        if (record.erased) throw userNotFound()
        if (deactivatedAt === undefined && deletedAt === undefined) return undefined
        if (awayBy !== actor.userId && !hasScope(actor, 'admin'))
          throw new ThreadkeepError('FORBIDDEN', 'An admin has deactivated this user: ask one to restore it.')
        return rest
      })
    },
    async delete(actor, userId, options = {}) {
      const id = normalId(userId, 'user id')
      assertSelf(actor, id)
      await recordAudit(context, actor, {
        action: 'user.delete',
        userId: id,
        details: { mode: options.mode ?? 'soft' },
      })
      await write(actor, id, 'user.deleted', (record) =>
        record.deletedAt === undefined
          ? { ...record, deletedAt: clock.now(), awayBy: record.awayBy ?? actor.userId }
          : undefined,
      )
      if (options.mode === 'hard') await eraseUser(context, writer, actor, id)
      door.forget(id)
    },
    discover: createDiscovery(context),
    ...blocks,
    ...createPresence(context),
  }
  return door.guard(users, { inactive: ['restore', 'get'] })
}

function userNotFound(): ThreadkeepError {
  return new ThreadkeepError('NOT_FOUND', 'There is no such user.')
}
