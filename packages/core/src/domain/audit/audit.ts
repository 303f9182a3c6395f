import { requireScope } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { names } from '../kernel/names.ts'
import { pageOf, readPageRequest } from '../kernel/page-request.ts'
import { asRecord } from '../kernel/records.ts'
import type { Audit, AuditRecord } from './audit.types.ts'

const chunk = 500

/** The audit trail of a context, newest first. */
export function createAudit(context: Context): Audit {
  const { store, limits } = context
  return {
    async list(actor, query = {}) {
      requireScope(actor, 'admin')
      const cursors = await context.cursors()
      const scope = `audit:${query.action ?? ''}:${query.actorId ?? ''}`
      const slice = readPageRequest(query, limits, cursors, scope)
      const [start, end] = [slice.after?.[0], slice.before?.[0]] as [string | undefined, string | undefined]
      // Newest first: what follows has smaller keys.
      const bounds = { ...(end !== undefined && { after: end }), ...(start !== undefined && { before: start }) }
      const found: { readonly key: string; readonly record: AuditRecord }[] = []
      let position = bounds
      for (;;) {
        const entries = await store.list(names.audit, { ...position, reverse: slice.forward, limit: chunk })
        for (const { key, value } of entries) {
          const record = asRecord<AuditRecord>(value)
          if (
            (query.action === undefined || record.action === query.action) &&
            (query.actorId === undefined || record.actorId === query.actorId)
          )
            found.push({ key, record })
        }
        if (entries.length < chunk || found.length > slice.limit) break
        const last = entries[entries.length - 1]!.key
        position = slice.forward ? { ...bounds, before: last } : { ...bounds, after: last }
      }
      const more = found.length > slice.limit
      const cut = found.slice(0, slice.limit)
      if (!slice.forward) cut.reverse()
      const other = (slice.forward ? start : end) !== undefined
      const keys = new Map(cut.map(({ key, record }) => [record, key]))
      return pageOf(
        [...keys.keys()],
        slice.forward ? { next: more, previous: other } : { next: other, previous: more },
        (record) => cursors.encode(scope, [keys.get(record)!]),
      )
    },
  }
}
