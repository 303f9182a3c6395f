import type { JsonObject, Millis } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Page, PageRequest } from '../kernel/page.ts'

/** One thing that was done with special rights, or to something precious. */
export interface AuditRecord {
  readonly id: string
  readonly at: Millis
  readonly actorId: string
  /** `search.any`, `thread.delete`, `user.delete`, `legal-hold.set` … */
  readonly action: string
  readonly threadId?: string
  readonly userId?: string
  readonly details: JsonObject
}

/** Who did what with special rights. Append-only; never holds content. */
export interface Audit {
  /** Newest first. Needs `admin`. */
  list(
    actor: Actor,
    query?: PageRequest & { readonly action?: string; readonly actorId?: string },
  ): Promise<Page<AuditRecord>>
}
