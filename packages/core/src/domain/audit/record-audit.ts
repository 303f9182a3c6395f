import type { Change, JsonObject } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { at, names, timeKey } from '../kernel/names.ts'
import { asJson } from '../kernel/records.ts'
import type { AuditRecord } from './audit.types.ts'

type AuditEntry = Pick<AuditRecord, 'action' | 'threadId' | 'userId'> & { readonly details?: JsonObject }

/** The write of an audit record, to go into the commit of what it tells of. */
export function auditChange(context: Context, actor: Actor, entry: AuditEntry): Change {
  const now = context.clock.now()
  const id = context.ids.next('aud')
  const record: AuditRecord = { id, at: now, actorId: actor.userId, details: {}, ...entry }
  return { type: 'put', at: at(names.audit, `${timeKey(now)}/${id}`), value: asJson(record) }
}

/** Writes down what is about to be done with special rights: before it is done, so that nothing is done unseen. */
export async function recordAudit(context: Context, actor: Actor, entry: AuditEntry): Promise<void> {
  await context.store.commit([auditChange(context, actor, entry)])
}
