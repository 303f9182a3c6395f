import type {
  Attachment,
  Attachments,
  Audit,
  HistoryQuery,
  ImportOptions,
  JobOptions,
  Jobs,
  Member,
  Message,
  MessageFilter,
  MessagePageRequest,
  MessagePatch,
  Messages,
  NewAttachment,
  NewMessage,
  NewThread,
  PageRequest,
  Retention,
  SearchRequest,
  Stats,
  SubscribeOptions,
  Thread,
  ThreadFilter,
  ThreadPatch,
  Threads,
  User,
  UserPatch,
  UserProfile,
  Users,
} from '@threadkeep/core'
import type { GraphQLSchema } from 'graphql'
import { expect, test } from 'vitest'
import { buildGatewaySchema } from '../src/schema/build-schema.ts'

/** Where each name of `T` stands in the schema: under the same name (true), under another, or nowhere (false). */
type Names<T> = { readonly [K in keyof Required<T>]: string | boolean }
/** What a verb takes at position `I`. */
type Taken<F extends (...args: never[]) => unknown, I extends number> = NonNullable<Required<Parameters<F>>[I]>

/** The names of `T` as the fields of a type, or the arguments of a field (`Type.field`). The compiler finds those left out. */
function shown<T>(place: string, names: Names<T>): string[] {
  return Object.entries<string | boolean>(names).flatMap(([name, as]) =>
    as === false ? [] : `${place}: ${as === true ? name : as}`,
  )
}

const page: Names<PageRequest> = { first: true, after: true, last: true, before: true }
/** Requests end by themselves. */
const signal = false

const options = [
  shown<NewThread>('CreateThreadInput', {
    ...{ id: true, ifExists: 'returnExisting', title: true, metadata: true, members: true, retention: true },
  }),
  shown<Retention>('RetentionInput', { maxAge: 'maxAgeSeconds', maxMessages: true }),
  shown<ThreadPatch & Taken<Threads['update'], 3>>('UpdateThreadInput', {
    ...{ title: true, metadata: true, retention: true, version: true, replace: true },
  }),
  shown<Taken<Threads['list'], 1>>('Query.threads', {
    ...{ ...page, afterId: true, sort: true, direction: true, filter: true },
  }),
  shown<ThreadFilter>('ThreadFilter', { status: true, metadata: true, archived: true, title: true, direct: true }),
  shown<Taken<Threads['members'], 2>>('Thread.members', page),
  shown<Taken<Threads['truncate'], 3>>('TruncateThreadInput', { inclusive: true }),
  shown<Taken<Threads['delete'], 2>>('DeleteThreadInput', { immediate: true }),
  shown<NewMessage>('MessageInput', {
    ...{ id: true, clientId: true, kind: true, role: true, authorId: true, content: true, data: true },
    ...{ metadata: true, replyTo: true, attachments: 'attachmentIds', ttl: true },
  }),
  shown<MessagePatch & Taken<Messages['edit'], 4>>('EditMessageInput', {
    ...{ kind: true, content: true, data: true, metadata: true, version: true },
  }),
  shown<Taken<Messages['edits'], 3>>('Message.editHistory', { limit: 'last', before: true }),
  shown<Taken<Messages['delete'], 3>>('DeleteMessageInput', { mode: true }),
  shown<MessagePageRequest>('Thread.messages', {
    ...{ ...page, around: true, afterId: true, beforeId: true, at: true, filter: true },
  }),
  shown<MessageFilter>('MessageFilter', {
    ...{ roles: true, authorIds: true, kinds: true, from: true, to: true, metadata: true },
    ...{ hasAttachment: true, includeDeleted: true },
  }),
  shown<HistoryQuery>('Query.history', { withUser: true, senderId: true, since: true, limit: true }),
  shown<Taken<Messages['markRead'], 3>>('MarkReadInput', { private: true }),
  shown<UserProfile>('UserProfileInput', { name: true, email: true, role: true, preferences: true, metadata: true }),
  shown<UserPatch & Taken<Users['update'], 3>>('UpdateUserInput', {
    ...{ name: true, email: true, role: true, preferences: true, metadata: true, version: true },
  }),
  shown<Taken<Users['delete'], 2>>('DeleteUserInput', { mode: true }),
  shown<Taken<Users['discover'], 1>>('Query.users', { ...page, prefix: true, presence: true }),
  shown<Pick<SearchRequest, 'query' | 'limit' | 'after' | 'context'>>('Query.search', {
    ...{ query: true, limit: 'first', after: true, context: true },
  }),
  shown<Omit<SearchRequest, 'query' | 'limit' | 'after' | 'context'>>('SearchFilter', {
    ...{ threadIds: true, userIds: true, roles: true, kinds: true, from: true, to: true },
    ...{ minRelevanceScore: true, anyUser: true },
  }),
  shown<Taken<Stats['perDay'], 1>>('Query.messagesPerDay', { threadId: true, from: true, to: true }),
  shown<Taken<Stats['reconcile'], 1>>('ReconcileStatsInput', { repair: true }),
  shown<Taken<Audit['list'], 1>>('Query.auditRecords', { ...page, action: true, actorId: true }),
  shown<NewAttachment>('CreateAttachmentInput', {
    ...{ id: true, name: true, mimeType: true, size: true, sha256: true, metadata: true, external: true },
  }),
  shown<Taken<Attachments['complete'], 2>>('CompleteAttachmentInput', { size: true, sha256: true }),
  shown<Taken<Attachments['update'], 2>>('UpdateAttachmentInput', { name: true, metadata: true }),
  shown<Taken<Attachments['ticket'], 2>>('Attachment.download', { ttl: true }),
  shown<JobOptions & Taken<Jobs['cleanup'], 1>>('RunJobInput', {
    ...{ dryRun: true, limit: true, olderThanDays: true, userId: true, signal },
  }),
  shown<Taken<Jobs['runs'], 1>>('Query.jobRuns', { job: true, limit: true }),
  // It pauses at half the deadline, and its report tells how far it got.
  shown<ImportOptions>('ImportConversationsInput', {
    ...{ dryRun: true, jobId: true, batchSize: true, signal, pause: false, onProgress: false },
  }),
  // It always tells where it starts, and how much waits is the server's to bound.
  shown<SubscribeOptions>('Subscription.threadEvents', { after: true, tellStart: false, maxBuffered: false, signal }),
].flat()

const answers = [
  shown<Thread>('Thread', {
    ...{ id: true, title: true, status: true, ownerId: true, metadata: true, createdAt: true, updatedAt: true },
    ...{ lastActivityAt: true, seq: true, eventSeq: true, messageCount: true, memberCount: true, direct: true },
    ...{ retention: true, legalHold: true, forkedFrom: 'forkedFromThreadId', deletedAt: true, version: true },
  }),
  shown<Message>('Message', {
    ...{ id: true, threadId: true, seq: true, kind: true, role: true, authorId: true, content: true, data: true },
    ...{ metadata: true, replyTo: true, attachments: 'attachmentIds', clientId: true, createdAt: true },
    ...{ expiresAt: true, editedAt: true, edits: true, deletedAt: true, deletedBy: true, version: true },
  }),
  shown<Member>('Member', {
    ...{ threadId: true, userId: true, role: true, joinedAt: true, readSeq: true, deliveredSeq: true },
    ...{ archived: true, muted: true },
  }),
  shown<User>('User', {
    ...{ id: true, name: true, email: true, role: true, preferences: true, metadata: true, createdAt: true },
    ...{ updatedAt: true, deactivatedAt: true, version: true },
  }),
  shown<Attachment>('Attachment', {
    ...{ id: true, ownerId: true, state: true, name: true, mimeType: true, size: true, sha256: true, metadata: true },
    ...{ external: true, threadId: true, messageId: true, createdAt: true },
  }),
].flat()

function isShown(schema: GraphQLSchema, text: string): boolean {
  const [typeName, field, name] = /^(\w+)(?:\.(\w+))?: (\w+)$/.exec(text)!.slice(1)
  const type = schema.getType(typeName!)
  const fields = type && 'getFields' in type ? type.getFields() : {}
  if (field === undefined) return Object.hasOwn(fields, name!)
  const of = fields[field]
  return of !== undefined && 'args' in of && of.args.some((arg) => arg.name === name)
}

test('every option of a verb, and every field of what it answers, is in the schema', async () => {
  const schema = await buildGatewaySchema()
  expect([...options, ...answers].filter((text) => !isShown(schema, text))).toEqual([])
})
