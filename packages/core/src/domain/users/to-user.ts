import type { Version } from '../../store/types.ts'
import type { UserRecord } from '../kernel/records.ts'
import type { User } from './users.types.ts'

/** A stored user as everyone sees it. */
export function toUser({ eventSeq, deletedAt, awayBy, ...record }: UserRecord, version: Version): User {
  return { ...record, version }
}
