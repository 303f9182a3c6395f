import type { Change } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { at, names, token } from '../kernel/names.ts'
import type { UserRecord } from '../kernel/records.ts'
import { normalId } from '../kernel/validate.ts'
import { userCreation } from '../users/creation.ts'
import { checkProfile } from '../users/profile.ts'
import { assertOwn } from './assert-own.ts'
import type { RowOf } from './rows.ts'

/** Writes the user of a row, with its times and whom it has blocked. False: there is one already. */
export async function writeUser(
  context: Context,
  actor: Actor,
  { user: row, blocked = [] }: RowOf<'user'>,
  dryRun: boolean,
): Promise<boolean> {
  const { store, limits } = context
  const id = normalId(row.id, 'user id')
  assertOwn(actor, id)
  const { name, email, role, preferences, metadata, createdAt, updatedAt, deactivatedAt } = row
  const profile = checkProfile(
    {
      ...(name !== undefined && { name }),
      ...(email !== undefined && { email }),
      ...(role !== undefined && { role }),
      ...(preferences !== undefined && { preferences }),
      ...(metadata !== undefined && { metadata }),
    },
    limits,
  )
  const others = blocked.map((other) => normalId(other, 'user id'))
  const [known] = await store.get([at(names.users, token(id))])
  if (known && known.value['erased'] !== true) return false
  if (dryRun) return true
  const user: Omit<UserRecord, 'eventSeq'> = {
    id,
    ...profile,
    createdAt,
    updatedAt,
    ...(deactivatedAt !== undefined && { deactivatedAt, awayBy: actor.userId }),
  }
  const made = userCreation(context, actor, user, known)
  const blocks = others.map(
    (userId): Change => ({ type: 'put', at: at(names.blocks(id), token(userId)), value: { userId, at: updatedAt } }),
  )
  const done = await store.commit([...made.changes, ...blocks])
  if (done.ok) context.committed([made.event], [])
  return done.ok
}
