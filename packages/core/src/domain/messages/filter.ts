import { hash } from 'node:crypto'
import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { Actor } from '../kernel/actor.ts'
import { hasScope } from '../kernel/actor.ts'
import type { MessageRecord } from '../kernel/records.ts'
import { assertMoment, matchesObject, normalId } from '../kernel/validate.ts'
import type { Kinds } from './kinds.ts'
import type { MessageFilter } from './messages.types.ts'

/** Decides on one stored message. */
export type Accept = (record: MessageRecord) => boolean

/** What an actor may see, and has asked for. */
export function acceptFor(actor: Actor, kinds: Kinds, filter: MessageFilter = {}): Accept {
  assertFilter(filter)
  const { roles, kinds: names, from, to, metadata, hasAttachment, includeDeleted } = filter
  const authorIds = filter.authorIds?.map((id) => normalId(id, 'user id'))
  const seesHidden = hasScope(actor, 'items:hidden')
  return (record) =>
    (record.deletedAt === undefined || includeDeleted === true) &&
    (seesHidden || !kinds.isHidden(record.kind)) &&
    (roles === undefined || roles.includes(record.role)) &&
    (authorIds === undefined || authorIds.includes(record.authorId)) &&
    (names === undefined || names.includes(record.kind)) &&
    (from === undefined || record.createdAt >= from) &&
    (to === undefined || record.createdAt < to) &&
    (hasAttachment === undefined || record.attachments.length > 0 === hasAttachment) &&
    (metadata === undefined || (record.deletedAt === undefined && matchesObject(record.metadata, metadata)))
}

/** A short text that differs when the filter does: it binds cursors to their filter. */
export function filterKey(filter: MessageFilter | undefined): string {
  if (filter === undefined) return ''
  const entries = Object.entries(filter).filter(([, value]) => value !== undefined)
  return entries.length === 0
    ? ''
    : hash('sha256', JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1))), 'base64url')
}

/** Refuses a metadata filter that is not an object: `INVALID`. */
export function assertWanted(metadata: unknown): void {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata))
    throw new ThreadkeepError('INVALID', 'filter.metadata must be an object.')
}

function assertFilter(filter: MessageFilter): void {
  for (const name of ['roles', 'authorIds', 'kinds'] as const) {
    if (filter[name] !== undefined && !Array.isArray(filter[name]))
      throw new ThreadkeepError('INVALID', `filter.${name} must be a list.`)
  }
  for (const name of ['from', 'to'] as const) {
    if (filter[name] !== undefined) assertMoment(filter[name], `filter.${name}`)
  }
  if (filter.metadata !== undefined) assertWanted(filter.metadata)
}
