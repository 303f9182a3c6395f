import { memberRoles } from '../kernel/access.ts'
import type { Row } from './rows.ts'

const roles: ReadonlySet<unknown> = new Set(['user', 'assistant', 'system', 'tool'])
const statuses: ReadonlySet<unknown> = new Set(['active', 'locked', 'closed'])

type Loose = Record<string, unknown>

/** Whether a row of a foreign file has the shape of a user. */
export function isUser(row: Extract<Row, { type: 'user' }>): boolean {
  return isObject(row.user) && isId(row.user.id) && isTime(row.user.createdAt)
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
    Array.isArray(members) &&
    members.every(
      (member) =>
        isObject(member) &&
        isId(member.userId) &&
        (memberRoles as readonly unknown[]).includes(member.role) &&
        isTime(member.joinedAt) &&
        isSeq(member.readSeq) &&
        isSeq(member.deliveredSeq),
    )
  )
}

/** Whether a row of a foreign file has the shape of a message. */
export function isMessage(row: Extract<Row, { type: 'message' }>): boolean {
  const { message, history } = row
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
    isSeq(message.edits) &&
    (history === undefined ||
      (Array.isArray(history) &&
        history.every((edit) => isObject(edit) && isTime(edit.editedAt) && isId(edit.editedBy))))
  )
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

function isTime(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function isSeq(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
