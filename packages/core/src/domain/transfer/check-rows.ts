import { maxMillis } from '../../store/changes.ts'
import { memberRoles } from '../kernel/access.ts'
import type { Row } from './rows.ts'

const roles: ReadonlySet<unknown> = new Set(['user', 'assistant', 'system', 'tool'])
const statuses: ReadonlySet<unknown> = new Set(['active', 'locked', 'closed'])

type Loose = Record<string, unknown>

/** Whether a row of a foreign file has the shape of a user. */
export function isUser(row: Extract<Row, { type: 'user' }>): boolean {
  const { user, blocked } = row
  return (
    isObject(user) &&
    isId(user.id) &&
    isTime(user.createdAt) &&
    isTime(user.updatedAt) &&
    (user.deactivatedAt === undefined || isTime(user.deactivatedAt)) &&
    (blocked === undefined || (Array.isArray(blocked) && blocked.length <= 10_000 && blocked.every(isId)))
  )
}

/** Whether a row of a foreign file has the shape of a thread with its members. */
export function isThread(row: Extract<Row, { type: 'thread' }>): boolean {
  const { thread, members } = row
  return (
    isObject(thread) &&
    isId(thread.id) &&
    isId(thread.ownerId) &&
    typeof thread.title === 'string' &&
    isObject(thread.status) &&
    statuses.has(thread.status.type) &&
    isObject(thread.metadata) &&
    [thread.createdAt, thread.updatedAt, thread.lastActivityAt].every(isTime) &&
    isSeq(thread.seq) &&
    (thread.forkedFrom === undefined ||
      (isObject(thread.forkedFrom) && isId(thread.forkedFrom.threadId) && isId(thread.forkedFrom.messageId))) &&
    Array.isArray(members) &&
    members.every(
      (member) =>
        isObject(member) &&
        isId(member.userId) &&
        (memberRoles as readonly unknown[]).includes(member.role) &&
        isTime(member.joinedAt) &&
        isSeq(member.readSeq) &&
        (member.publicReadSeq === undefined || isSeq(member.publicReadSeq)) &&
        isSeq(member.deliveredSeq),
    )
  )
}

/** Whether a row of a foreign file has the shape of a message. */
export function isMessage(row: Extract<Row, { type: 'message' }>): boolean {
  const { message, history, opinions } = row
  return (
    isObject(message) &&
    isId(message.id) &&
    isId(message.threadId) &&
    isId(message.authorId) &&
    isSeq(message.seq) &&
    message.seq > 0 &&
    typeof message.kind === 'string' &&
    roles.has(message.role) &&
    isObject(message.metadata) &&
    Array.isArray(message.attachments) &&
    message.attachments.every(isId) &&
    isTime(message.createdAt) &&
    (message.expiresAt === undefined || isTime(message.expiresAt)) &&
    (message.editedAt === undefined || isTime(message.editedAt)) &&
    (history === undefined || (isShortList(history) && history.every(isEdit))) &&
    (opinions === undefined || (isShortList(opinions) && opinions.every(isOpinion)))
  )
}

function isEdit(edit: unknown): boolean {
  return isObject(edit) && isTime(edit['editedAt']) && isId(edit['editedBy']) && isObject(edit['metadata'])
}

function isOpinion(opinion: unknown): boolean {
  return (
    isObject(opinion) &&
    isId(opinion['userId']) &&
    (opinion['feedback'] === 'positive' || opinion['feedback'] === 'negative') &&
    isTime(opinion['at'])
  )
}

/** What comes with one message goes into one commit. */
function isShortList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length <= 2_000
}

/** Whether a row of a foreign file has the shape of an attachment. */
export function isAttachment(row: Extract<Row, { type: 'attachment' }>): boolean {
  const { attachment } = row
  return (
    isObject(attachment) &&
    isId(attachment.id) &&
    isId(attachment.ownerId) &&
    typeof attachment.name === 'string' &&
    isId(attachment.messageId) &&
    isTime(attachment.createdAt)
  )
}

function isObject(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isId(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

/** A moment that has a day and fits its keys. */
function isTime(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= maxMillis
}

/** A number far enough from the end of its keys that a thread can go on behind it. */
function isSeq(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= 100_000_000_000
}
