import type { Answers, Call } from './calls.ts'
import { admins, adminsHere, all, editors, everyone, keepers, mutation, placed, readers, writers } from './calls.ts'

const owners = editors
/** Whoever may read the file, which is no export. */
const importers = Object.fromEntries(
  Object.entries(readers).map(([persona, answer]) => [persona, answer === 'ok' ? 'INVALID' : answer]),
) as Answers
/** Whoever has settings of their own in the thread. */
const settled = { ...readers, admin: 'NOT_FOUND' }

/** Every mutation, and how it may be called. */
export const mutations: Readonly<Record<string, readonly Call[]>> = {
  addMember: [mutation('addMember', 'member { role }', owners, ({ thread }) => ({ threadId: thread, userId: 'new' }))],
  archiveThread: [mutation('archiveThread', 'member { role }', settled, ({ thread }) => ({ threadId: thread }))],
  blockUser: [mutation('blockUser', 'blockedUserIds', everyone, ({ user }) => ({ userId: user }))],
  completeAttachment: [mutation('completeAttachment', 'attachment { name }', keepers, ({ loose }) => ({ id: loose }))],
  createAttachment: [
    mutation('createAttachment', 'attachment { name }', everyone, () => ({ name: 'mine', mimeType: 'text/plain' })),
  ],
  createThread: [
    mutation('createThread', 'thread { title }', everyone, () => ({ title: 'mine' })),
    mutation(
      'createThread',
      'thread { title }',
      { ...all('THREAD_EXISTS'), foreign: 'ok', foreignAdmin: 'ok' },
      ({ thread }) => ({ id: thread }),
    ),
  ],
  createUser: [
    mutation(
      'createUser',
      'user { name }',
      { ...all('FORBIDDEN'), admin: 'USER_EXISTS', foreignAdmin: 'ok' },
      ({ user }) => ({ id: user }),
    ),
  ],
  createUsers: [
    mutation('createUsers', 'results { user { name } error { code } }', admins, ({ user }) => ({
      users: [{ id: user }],
    })),
  ],
  deactivateUser: [mutation('deactivateUser', 'user { name }', adminsHere, ({ user }) => ({ id: user }))],
  deleteAttachment: [
    mutation('deleteAttachment', 'deletedAttachmentId', editors, ({ attachment }) => ({ id: attachment })),
    mutation('deleteAttachment', 'deletedAttachmentId', keepers, ({ loose }) => ({ id: loose })),
  ],
  deleteMessage: [
    mutation('deleteMessage', 'deletedMessageId', editors, ({ thread, message }) => ({
      threadId: thread,
      messageId: message,
      mode: 'HARD',
    })),
  ],
  deleteThread: [
    mutation('deleteThread', 'deletedThreadId', owners, ({ thread }) => ({ threadId: thread, immediate: true })),
  ],
  deleteUser: [mutation('deleteUser', 'deletedUserId', adminsHere, ({ user }) => ({ id: user, mode: 'HARD' }))],
  editMessage: [
    mutation('editMessage', 'message { content }', editors, ({ thread, message }) => ({
      threadId: thread,
      messageId: message,
      content: 'mine',
    })),
  ],
  forkThread: [
    mutation('forkThread', 'thread { title }', readers, ({ thread, message }) => ({
      threadId: thread,
      messageId: message,
    })),
  ],
  giveFeedback: [
    mutation('giveFeedback', 'messageIds', readers, ({ thread, message }) => ({
      threadId: thread,
      messageIds: [message],
      feedback: 'POSITIVE',
    })),
  ],
  heartbeat: [mutation('heartbeat', 'presence { status }', everyone, () => ({}))],
  importConversations: [
    mutation('importConversations', 'report { imported }', importers, ({ attachment }) => ({
      attachmentId: attachment,
      dryRun: true,
    })),
  ],
  markDelivered: [
    mutation('markDelivered', 'receipt { deliveredSeq }', placed, ({ thread }) => ({ threadId: thread, seq: 1 })),
  ],
  markRead: [
    mutation('markRead', 'receipt { readSeq } unread { count }', placed, ({ thread, message }) => ({
      threadId: thread,
      messageId: message,
    })),
  ],
  muteThread: [mutation('muteThread', 'member { role }', settled, ({ thread }) => ({ threadId: thread }))],
  reconcileStats: [mutation('reconcileStats', 'drifts { what }', admins, () => ({}))],
  removeMember: [
    mutation('removeMember', 'removedUserId', owners, ({ thread, user }) => ({ threadId: thread, userId: user })),
  ],
  restoreMessage: [
    mutation('restoreMessage', 'message { content }', editors, ({ thread, message }) => ({
      threadId: thread,
      messageId: message,
    })),
  ],
  restoreThread: [mutation('restoreThread', 'thread { title }', owners, ({ thread }) => ({ threadId: thread }))],
  restoreUser: [mutation('restoreUser', 'user { name }', adminsHere, ({ user }) => ({ id: user }))],
  runJob: [mutation('runJob', 'report { removed }', admins, () => ({ job: 'EXPIRY', dryRun: true }))],
  sendMessage: [
    mutation('sendMessage', 'thread { title }', writers, ({ thread, message }) => ({
      threadId: thread,
      content: 'mine',
      replyTo: message,
    })),
    mutation('sendMessage', 'message { authorId }', editors, ({ thread, user }) => ({
      threadId: thread,
      content: 'mine',
      role: 'ASSISTANT',
      authorId: user,
    })),
    mutation('sendMessage', 'message { authorId }', all('FORBIDDEN'), ({ thread, user }) => ({
      threadId: thread,
      content: 'not mine',
      authorId: user,
    })),
    mutation(
      'sendMessage',
      'message { content }',
      { ...writers, member: 'NOT_FOUND', admin: 'NOT_FOUND', owner: 'CONFLICT' },
      ({ thread, loose }) => ({ threadId: thread, content: 'mine', attachmentIds: [loose] }),
    ),
  ],
  sendMessages: [
    mutation('sendMessages', 'thread { title }', writers, ({ thread }) => ({
      threadId: thread,
      messages: [{ content: 'mine' }],
    })),
  ],
  setLegalHold: [
    mutation('setLegalHold', 'thread { title }', adminsHere, ({ thread }) => ({ threadId: thread, held: true })),
  ],
  setMemberRole: [
    mutation('setMemberRole', 'member { role }', owners, ({ thread, user }) => ({
      threadId: thread,
      userId: user,
      role: 'OWNER',
    })),
  ],
  setThreadStatus: [
    mutation('setThreadStatus', 'thread { title }', owners, ({ thread }) => ({
      threadId: thread,
      status: 'CLOSED',
    })),
  ],
  setTyping: [mutation('setTyping', 'typing', writers, ({ thread }) => ({ threadId: thread }))],
  startDirectThread: [mutation('startDirectThread', 'thread { title }', everyone, ({ user }) => ({ userId: user }))],
  truncateThread: [
    mutation('truncateThread', 'removedCount', editors, ({ thread, message }) => ({
      threadId: thread,
      messageId: message,
      inclusive: true,
    })),
  ],
  unblockUser: [mutation('unblockUser', 'blockedUserIds', everyone, ({ user }) => ({ userId: user }))],
  updateAttachment: [
    mutation('updateAttachment', 'attachment { name }', keepers, ({ loose }) => ({ id: loose, name: 'mine' })),
  ],
  updateThread: [
    mutation('updateThread', 'thread { title }', editors, ({ thread }) => ({ threadId: thread, title: 'mine' })),
  ],
  updateUser: [mutation('updateUser', 'user { role }', adminsHere, ({ user }) => ({ id: user, role: 'mine' }))],
}
