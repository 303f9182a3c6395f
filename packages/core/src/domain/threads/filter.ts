import type { ThreadRecord } from '../kernel/records.ts'
import { fold, matchesObject } from '../kernel/validate.ts'
import type { ThreadFilter } from './threads.types.ts'

/** Whether a thread passes a filter; `archived` is the index entry's business. */
export function acceptThread(thread: ThreadRecord, filter: ThreadFilter): boolean {
  const { status, metadata, title, direct } = filter
  if (status !== undefined && !(Array.isArray(status) ? status : [status]).includes(thread.status.type)) return false
  if (direct !== undefined && thread.direct !== direct) return false
  if (metadata !== undefined && !matchesObject(thread.metadata, metadata)) return false
  return title === undefined || fold(thread.title).includes(fold(title))
}
