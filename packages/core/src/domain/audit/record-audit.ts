import type { JsonObject } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { at, names, timeKey } from '../kernel/names.ts'
import { asJson } from '../kernel/records.ts'
import type { AuditRecord } from './audit.types.ts'

/** Writes down what is about to be done with special rights: before it is done, so that nothing is done unseen. */
export async function recordAudit(
  context: Context,
  actor: Actor,
  entry: Pick<AuditRecord, 'action' | 'threadId' | 'userId'> & { readonly details?: JsonObject },
): Promise<void> {
  const now = context.clock.now()
  const id = context.ids.next('aud')
  const record: AuditRecord = { id, at: now, actorId: actor.userId, details: {}, ...entry }
  await context.store.commit([{ type: 'put', at: at(names.audit, `${timeKey(now)}/${id}`), value: asJson(record) }])
}
