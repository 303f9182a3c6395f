import type { Threadkeep } from '@threadkeep/core'
import { createThreadkeep, memoryStore } from '@threadkeep/core'
import { expect, test } from 'vitest'
import { buildGatewaySchema } from '../src/schema/build-schema.ts'

type Module = Exclude<keyof Threadkeep, 'projections' | 'on' | 'close' | typeof Symbol.asyncDispose>

/** Where a client reaches a verb of the domain: fields of the schema, a path of HTTP, or the reason why nowhere. */
type Place = readonly `${string}.${string}`[] | `HTTP ${string}` | `not: ${string}`

const places: { readonly [M in Module]: { readonly [V in keyof Threadkeep[M]]: Place } } = {
  threads: {
    create: ['Mutation.createThread'],
    get: ['Query.thread', 'Message.thread'],
    getMany: ['Query.nodes'],
    list: ['Query.threads'],
    update: ['Mutation.updateThread'],
    setStatus: ['Mutation.setThreadStatus'],
    setLegalHold: ['Mutation.setLegalHold'],
    delete: ['Mutation.deleteThread'],
    restore: ['Mutation.restoreThread'],
    members: ['Thread.members'],
    member: ['Thread.member'],
    addMember: ['Mutation.addMember'],
    setRole: ['Mutation.setMemberRole'],
    removeMember: ['Mutation.removeMember'],
    archive: ['Mutation.archiveThread'],
    mute: ['Mutation.muteThread'],
    direct: ['Mutation.startDirectThread'],
    fork: ['Mutation.forkThread'],
    truncate: ['Mutation.truncateThread'],
  },
  messages: {
    append: ['Mutation.sendMessage'],
    appendMany: ['Mutation.sendMessages'],
    get: ['Query.message', 'Query.node'],
    getMany: 'not: by place in a thread; by id it is `nodes`',
    page: ['Thread.messages'],
    newest: 'not: it is `messages(last: …)`',
    last: ['Thread.lastMessage'],
    history: ['Query.history'],
    stream: 'not: clients page, or subscribe',
    edit: ['Mutation.editMessage'],
    edits: ['Message.editHistory'],
    delete: ['Mutation.deleteMessage'],
    restore: ['Mutation.restoreMessage'],
    markRead: ['Mutation.markRead'],
    markDelivered: ['Mutation.markDelivered'],
    receipts: ['Thread.receipts'],
    unread: ['Thread.unread'],
    typing: ['Mutation.setTyping'],
    feedback: ['Mutation.giveFeedback'],
    feedbackOf: ['Message.feedback'],
    feedbackOfMany: ['Message.feedback'],
  },
  users: {
    create: ['Mutation.createUser'],
    createMany: ['Mutation.createUsers'],
    exists: 'not: it is `user`, which answers NOT_FOUND for nobody',
    get: ['Query.user', 'Query.viewer'],
    getMany: ['Query.nodes', 'Message.author', 'Member.user'],
    update: ['Mutation.updateUser'],
    deactivate: ['Mutation.deactivateUser'],
    restore: ['Mutation.restoreUser'],
    delete: ['Mutation.deleteUser'],
    discover: ['Query.users'],
    block: ['Mutation.blockUser'],
    unblock: ['Mutation.unblockUser'],
    blocked: ['Query.blockedUserIds'],
    heartbeat: ['Mutation.heartbeat'],
    presence: ['Query.presence', 'User.presence'],
  },
  stats: {
    user: ['Query.userStats'],
    thread: ['Query.threadStats'],
    threads: ['Thread.stats'],
    system: ['Query.systemStats'],
    perDay: ['Query.messagesPerDay'],
    reconcile: ['Mutation.reconcileStats'],
  },
  audit: { list: ['Query.auditRecords'] },
  search: { messages: ['Query.search'] },
  attachments: {
    create: ['Mutation.createAttachment'],
    upload: 'HTTP PUT /attachments/<id>',
    complete: ['Mutation.completeAttachment'],
    get: ['Query.attachment'],
    getMany: ['Message.attachments', 'Query.nodes'],
    update: ['Mutation.updateAttachment'],
    read: 'not: bytes are read with a ticket',
    ticket: ['Attachment.download'],
    redeem: 'HTTP GET /attachments/<ticket>',
    delete: ['Mutation.deleteAttachment'],
  },
  jobs: {
    expire: ['Mutation.runJob'],
    cleanup: ['Mutation.runJob'],
    purge: ['Mutation.runJob'],
    uploads: ['Mutation.runJob'],
    runs: ['Query.jobRuns'],
  },
  transfer: { export: 'HTTP GET /export', import: ['Mutation.importConversations'] },
  live: {
    thread: ['Subscription.threadEvents'],
    viewer: ['Subscription.viewerEvents'],
    cursorAt: ['Thread.cursor', 'SendMessagePayload.cursor'],
  },
}

const notForClients = new Set(['projections', 'on', 'close'])

test('every verb of the domain has its place in the schema or in HTTP, or a reason to have none', async () => {
  await using store = memoryStore()
  await using keep = createThreadkeep({ store })
  const verbs = Object.entries(keep).flatMap(([module, api]) =>
    notForClients.has(module) ? [] : Object.keys(api).map((verb) => `${module}.${verb}`),
  )
  const placed = Object.entries(places).flatMap(([module, of]) => Object.keys(of).map((verb) => `${module}.${verb}`))
  expect(placed.toSorted()).toEqual(verbs.toSorted())
  const schema = await buildGatewaySchema()
  const missing = Object.values(places)
    .flatMap((of) => Object.values<Place>(of))
    .flatMap((place) => (typeof place === 'string' ? [] : place))
    .filter((place) => {
      const [typeName, field] = place.split('.') as [string, string]
      const type = schema.getType(typeName)
      return !type || !('getFields' in type) || !Object.hasOwn(type.getFields(), field)
    })
  expect(missing).toEqual([])
})
