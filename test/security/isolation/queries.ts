import type { Call } from './calls.ts'
import { admins, everyone, keepers, query, readers, tenants } from './calls.ts'
import { ofTenantOnly, ofThread } from './scene.ts'

const days = 'from: "2026-01-01T00:00:00Z", to: "2026-01-03T00:00:00Z"'

/** Every query, and how it may be called. */
export const queries: Readonly<Record<string, readonly Call[]>> = {
  attachment: [
    query(
      'attachment(id: $id) { name mimeType metadata size download { expiresAt } }',
      '$id: ID!',
      ({ attachment }) => ({ id: attachment }),
      readers,
      ofThread,
    ),
    query('attachment(id: $id) { name }', '$id: ID!', ({ loose }) => ({ id: loose }), keepers),
  ],
  auditRecords: [{ document: '{ auditRecords(first: 5) { nodes { action details } } }', answers: admins }],
  blockedUserIds: [{ document: '{ blockedUserIds }', answers: everyone }],
  history: [
    { document: '{ history { content } }', answers: everyone },
    query('history(senderId: $id) { content }', '$id: ID!', ({ user }) => ({ id: user }), everyone),
  ],
  jobRuns: [{ document: '{ jobRuns { job removed } }', answers: admins }],
  message: [
    query(
      `message(threadId: $threadId, id: $id) {
        content parts metadata attachments { name } author { name } thread { title } feedback { userId } }`,
      '$threadId: ID!, $id: ID!',
      ({ thread, message }) => ({ threadId: thread, id: message }),
      readers,
      ofThread,
    ),
  ],
  messagesPerDay: [
    query(
      `messagesPerDay(threadId: $id, ${days}) { day messages }`,
      '$id: ID!',
      ({ thread }) => ({ id: thread }),
      readers,
    ),
    { document: `{ messagesPerDay(${days}) { day messages } }`, answers: admins },
  ],
  node: [
    query(
      'node(nodeId: $id) { nodeId ... on Thread { title } }',
      '$id: ID!',
      ({ thread }) => ({ id: nodeId('Thread', thread) }),
      everyone,
      ofThread,
    ),
    query(
      'node(nodeId: $id) { ... on Message { content } }',
      '$id: ID!',
      ({ thread, message }) => ({ id: nodeId('Message', thread, message) }),
      everyone,
      ofThread,
    ),
    query(
      'node(nodeId: $id) { ... on Attachment { name } }',
      '$id: ID!',
      ({ loose }) => ({ id: nodeId('Attachment', loose) }),
      everyone,
    ),
    query(
      'node(nodeId: $id) { ... on User { name } }',
      '$id: ID!',
      ({ user }) => ({ id: nodeId('User', user) }),
      everyone,
    ),
  ],
  nodes: [
    query(
      'nodes(nodeIds: $ids) { ... on Thread { title } ... on Message { content } ... on Attachment { name } }',
      '$ids: [ID!]!',
      ({ thread, message, attachment }) => ({
        ids: [nodeId('Thread', thread), nodeId('Message', thread, message), nodeId('Attachment', attachment)],
      }),
      everyone,
      ofThread,
    ),
  ],
  presence: [query('presence(userIds: [$id]) { userId status }', '$id: ID!', ({ user }) => ({ id: user }), everyone)],
  rateLimit: [{ document: '{ rateLimit { cost } }', answers: everyone }],
  search: [
    { document: `{ search(query: "${ofThread}") { nodes { text before { content } } } }`, answers: everyone },
    query(
      `search(query: "${ofThread}", filter: { threadIds: [$id] }) { nodes { text message { content } } }`,
      '$id: ID!',
      ({ thread }) => ({ id: thread }),
      everyone,
      ofThread,
    ),
    { document: `{ search(query: "${ofThread}", filter: { anyUser: true }) { nodes { text } } }`, answers: admins },
  ],
  systemStats: [{ document: '{ systemStats { totalThreads totalMessages } }', answers: admins }],
  thread: [
    query(
      `thread(id: $id) { title metadata owner { name } lastMessage { content } stats { messageCount } unread { count }
        members(first: 9) { nodes { userId } } messages(last: 9) { nodes { content } } receipts { userId } }`,
      '$id: ID!',
      ({ thread }) => ({ id: thread }),
      readers,
      ofThread,
    ),
  ],
  threadStats: [
    query(
      'threadStats(threadId: $id) { messageCount averageLength }',
      '$id: ID!',
      ({ thread }) => ({ id: thread }),
      readers,
    ),
  ],
  threads: [{ document: '{ threads { nodes { title lastMessage { content } } } }', answers: everyone }],
  user: [
    query(
      'user(id: $id) { name metadata presence { status } }',
      '$id: ID!',
      ({ user }) => ({ id: user }),
      tenants,
      ofTenantOnly,
    ),
  ],
  userStats: [
    query(
      'userStats(userId: $id) { totalThreads totalMessages authoredMessages }',
      '$id: ID',
      ({ user }) => ({ id: user }),
      admins,
    ),
    { document: '{ userStats { totalThreads authoredMessages } }', answers: everyone },
  ],
  users: [{ document: '{ users { nodes { name metadata } } }', answers: everyone }],
  viewer: [{ document: '{ viewer { name } }', answers: everyone }],
}

function nodeId(...ref: readonly string[]): string {
  return Buffer.from(JSON.stringify(ref)).toString('base64url')
}
