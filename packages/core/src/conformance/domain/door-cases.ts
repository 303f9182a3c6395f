import type { Threadkeep } from '../../domain/create-threadkeep.ts'
import type { Actor } from '../../domain/kernel/actor.ts'
import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import { forward } from '../../store/forward.ts'
import { ok, rejects, same } from '../expect.ts'
import { file } from './attachment-cases.ts'
import type { DomainCase } from './domain-case.ts'
import { domainCase } from './domain-case.ts'
import { ada, bob, codeOf, refusalOf, say, stranger, thread } from './people.ts'

type Call = (chat: Threadkeep, actor: Actor, threadId: string) => Promise<unknown>

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Every call that names a thread. */
const ofThread: Readonly<Record<string, Call>> = {
  'threads.get': (chat, actor, id) => chat.threads.get(actor, id),
  'threads.update': (chat, actor, id) => chat.threads.update(actor, id, { title: 'x' }),
  'threads.setStatus': (chat, actor, id) => chat.threads.setStatus(actor, id, { type: 'closed' }),
  'threads.members': (chat, actor, id) => chat.threads.members(actor, id),
  'threads.member': (chat, actor, id) => chat.threads.member(actor, id, 'ada'),
  'threads.addMember': (chat, actor, id) => chat.threads.addMember(actor, id, 'stranger'),
  'threads.setRole': (chat, actor, id) => chat.threads.setRole(actor, id, 'ada', 'viewer'),
  'threads.removeMember': (chat, actor, id) => chat.threads.removeMember(actor, id, 'ada'),
  'threads.removeMember (oneself)': (chat, actor, id) => chat.threads.removeMember(actor, id, actor?.userId),
  'threads.archive': (chat, actor, id) => chat.threads.archive(actor, id),
  'threads.mute': (chat, actor, id) => chat.threads.mute(actor, id),
  'threads.fork': (chat, actor, id) => chat.threads.fork(actor, id, 'm'),
  'threads.truncate': (chat, actor, id) => chat.threads.truncate(actor, id, 'm'),
  'threads.delete': (chat, actor, id) => chat.threads.delete(actor, id),
  'threads.restore': (chat, actor, id) => chat.threads.restore(actor, id),
  'messages.append': (chat, actor, id) => chat.messages.append(actor, id, { content: 'x' }),
  'messages.append (assistant)': (chat, actor, id) =>
    chat.messages.append(actor, id, { content: 'x', role: 'assistant' }),
  'messages.append (reply)': (chat, actor, id) => chat.messages.append(actor, id, { content: 'x', replyTo: 'm' }),
  'messages.append (own id)': (chat, actor, id) => chat.messages.append(actor, id, { content: 'x', id: 'm' }),
  'messages.append (client id)': (chat, actor, id) => chat.messages.append(actor, id, { content: 'x', clientId: 'c' }),
  'messages.appendMany': (chat, actor, id) => chat.messages.appendMany(actor, id, [{ content: 'x' }]),
  'messages.get': (chat, actor, id) => chat.messages.get(actor, id, 'm'),
  'messages.page': (chat, actor, id) => chat.messages.page(actor, id),
  'messages.page (around)': (chat, actor, id) => chat.messages.page(actor, id, { around: 'm' }),
  'messages.page (at)': (chat, actor, id) => chat.messages.page(actor, id, { at: 1 }),
  'messages.newest': (chat, actor, id) => chat.messages.newest(actor, id, 5),
  'messages.stream': (chat, actor, id) => Array.fromAsync(chat.messages.stream(actor, id)),
  'messages.edit': (chat, actor, id) => chat.messages.edit(actor, id, 'm', { content: 'x' }),
  'messages.edits': (chat, actor, id) => chat.messages.edits(actor, id, 'm'),
  'messages.delete': (chat, actor, id) => chat.messages.delete(actor, id, 'm'),
  'messages.delete (hard)': (chat, actor, id) => chat.messages.delete(actor, id, 'm', { mode: 'hard' }),
  'messages.restore': (chat, actor, id) => chat.messages.restore(actor, id, 'm'),
  'messages.markRead': (chat, actor, id) => chat.messages.markRead(actor, id, { seq: 1 }),
  'messages.markRead (message)': (chat, actor, id) => chat.messages.markRead(actor, id, { messageId: 'm' }),
  'messages.markDelivered': (chat, actor, id) => chat.messages.markDelivered(actor, id, 1),
  'messages.receipts': (chat, actor, id) => chat.messages.receipts(actor, id),
  'messages.typing': (chat, actor, id) => chat.messages.typing(actor, id),
  'messages.feedback': (chat, actor, id) => chat.messages.feedback(actor, id, ['m'], 'positive'),
  'messages.feedbackOf': (chat, actor, id) => chat.messages.feedbackOf(actor, id, 'm'),
  'stats.thread': (chat, actor, id) => chat.stats.thread(actor, id),
  'stats.perDay': (chat, actor, id) => chat.stats.perDay(actor, { threadId: id, from: 1, to: 2 }),
  'transfer.export': (chat, actor, id) => Array.fromAsync(chat.transfer.export(actor, { threadId: id })),
  'live.thread': (chat, actor, id) => chat.live.thread(actor, id).next(),
}

/** Every call that answers a list in which a thread may have a place. */
const ofMany: Readonly<Record<string, Call>> = {
  'threads.getMany': (chat, actor, id) => chat.threads.getMany(actor, [id]),
  'threads.list': async (chat, actor) => (await chat.threads.list(actor, { filter: { archived: 'any' } })).items,
  'messages.getMany': (chat, actor, id) => chat.messages.getMany(actor, [{ threadId: id, seq: 1 }]),
  'messages.feedbackOfMany': (chat, actor, id) => chat.messages.feedbackOfMany(actor, [{ threadId: id, seq: 1 }]),
  'messages.last': (chat, actor, id) => chat.messages.last(actor, [id]),
  'messages.unread': (chat, actor, id) => chat.messages.unread(actor, [id]),
  'messages.history': (chat, actor) => chat.messages.history(actor),
  'messages.history (with)': (chat, actor) => chat.messages.history(actor, { withUser: 'ada' }),
  'messages.history (by)': (chat, actor) => chat.messages.history(actor, { senderId: 'ada' }),
  'stats.threads': (chat, actor, id) => chat.stats.threads(actor, [id]),
  'search.messages': async (chat, actor) => (await chat.search.messages(actor, { query: 'secret' })).results,
  'search.messages (thread)': async (chat, actor, id) =>
    (await chat.search.messages(actor, { query: 'secret', threadIds: [id] })).results,
  'attachments.getMany': (chat, actor) => chat.attachments.getMany(actor, ['f']),
}

/** Every other call. */
const others: Readonly<Record<string, Call>> = {
  'threads.create': (chat, actor) => chat.threads.create(actor),
  'threads.direct': (chat, actor) => chat.threads.direct(actor, 'cyd'),
  'threads.setLegalHold': (chat, actor, id) => chat.threads.setLegalHold(actor, id, true),
  'users.create': (chat, actor) => chat.users.create(actor, 'stranger'),
  'users.createMany': (chat, actor) => chat.users.createMany(actor, [{ id: 'x' }]),
  'users.exists': (chat, actor) => chat.users.exists(actor, 'ada'),
  'users.get': (chat, actor) => chat.users.get(actor, 'ada'),
  'users.getMany': (chat, actor) => chat.users.getMany(actor, ['ada']),
  'users.update': (chat, actor) => chat.users.update(actor, 'ada', {}),
  'users.deactivate': (chat, actor) => chat.users.deactivate(actor, 'ada'),
  'users.restore': (chat, actor) => chat.users.restore(actor, 'ada'),
  'users.delete': (chat, actor) => chat.users.delete(actor, 'ada'),
  'users.discover': (chat, actor) => chat.users.discover(actor),
  'users.block': (chat, actor) => chat.users.block(actor, 'cyd'),
  'users.unblock': (chat, actor) => chat.users.unblock(actor, 'cyd'),
  'users.blocked': (chat, actor) => chat.users.blocked(actor),
  'users.heartbeat': (chat, actor) => chat.users.heartbeat(actor),
  'users.presence': (chat, actor) => chat.users.presence(actor, ['ada']),
  'attachments.create': (chat, actor) => chat.attachments.create(actor, { name: 'x', mimeType: 'a/b' }),
  'attachments.upload': (chat, actor) => chat.attachments.upload(actor, 'f', nothing()),
  'attachments.complete': (chat, actor) => chat.attachments.complete(actor, 'f'),
  'attachments.get': (chat, actor) => chat.attachments.get(actor, 'f'),
  'attachments.read': (chat, actor) => chat.attachments.read(actor, 'f'),
  'attachments.ticket': (chat, actor) => chat.attachments.ticket(actor, 'f'),
  'attachments.delete': (chat, actor) => chat.attachments.delete(actor, 'f'),
  'stats.user': (chat, actor) => chat.stats.user(actor, actor?.userId),
  'stats.system': (chat, actor) => chat.stats.system(actor),
  'stats.reconcile': (chat, actor) => chat.stats.reconcile(actor),
  'audit.list': (chat, actor) => chat.audit.list(actor),
  'jobs.expire': (chat, actor) => chat.jobs.expire(actor),
  'jobs.cleanup': (chat, actor) => chat.jobs.cleanup(actor, { olderThanDays: 1 }),
  'jobs.purge': (chat, actor) => chat.jobs.purge(actor),
  'jobs.uploads': (chat, actor) => chat.jobs.uploads(actor),
  'jobs.runs': (chat, actor) => chat.jobs.runs(actor),
  'transfer.export (all)': (chat, actor) => Array.fromAsync(chat.transfer.export(actor)),
  'transfer.import': (chat, actor) => chat.transfer.import(actor, nothing()),
  'live.viewer': (chat, actor) => chat.live.viewer(actor).next(),
}

const everyCall = { ...ofThread, ...ofMany, ...others }

/** The door: who comes in, and what strangers learn. */
export const doorCases: readonly DomainCase[] = [
  domainCase(
    'a stranger gets the same answer for a thread that is there and for one that is not, whatever is asked',
    async ({ chat }) => {
      const { id } = await thread(chat, { id: 'there' })
      await say(chat, ada, id, 'secret', { id: 'm', clientId: 'c' })
      await thread(chat, { id: 'deleted' })
      await say(chat, ada, 'deleted', 'secret', { id: 'm' })
      await chat.threads.delete(ada, 'deleted')
      await chat.projections.settle()
      for (const [name, call] of Object.entries(ofThread)) {
        const missing = await refusalOf(() => call(chat, stranger, 'missing'))
        same((missing as { code?: string }).code, 'NOT_FOUND', name)
        same(await refusalOf(() => call(chat, stranger, id)), missing, `${name}: foreign`)
        same(await refusalOf(() => call(chat, stranger, 'deleted')), missing, `${name}: foreign and deleted`)
      }
      for (const [name, call] of Object.entries(ofMany)) {
        const missing = await refusalOf(() => call(chat, stranger, 'missing'))
        same(await refusalOf(() => call(chat, stranger, id)), missing, `${name}: foreign`)
        ok(!JSON.stringify(missing).includes('secret'), `${name}: nothing is shown`)
      }
      const now = await chat.threads.get(ada, id)
      same([now.seq, now.eventSeq, now.memberCount], [1, 3, 1], 'and nothing happened')
    },
  ),
  domainCase('nothing is callable without an actor', async ({ chat }) => {
    for (const [name, call] of Object.entries(everyCall)) {
      for (const actor of [undefined, null, {}, { userId: 5 }, 'ada'])
        same(
          await codeOf(() => call(chat, actor as never, 't')),
          'UNAUTHENTICATED',
          `${name} with ${JSON.stringify(actor)}`,
        )
      same(await codeOf(() => call(chat, { userId: '' }, 't')), 'INVALID_ID', `${name} with an empty id`)
    }
  }),
  domainCase('a deactivated actor can call nothing but look at a profile and come back', async ({ chat }) => {
    await chat.users.create(bob, 'bob')
    await chat.users.deactivate(bob, 'bob')
    for (const [name, call] of Object.entries(everyCall)) {
      if (['users.get', 'users.restore'].includes(name)) continue
      same(await codeOf(() => call(chat, bob, 't')), 'FORBIDDEN', name)
    }
    same((await chat.users.get(bob, 'bob')).id, 'bob', 'users.get')
    await chat.users.restore(bob, 'bob')
  }),
  domainCase('after close every call rejects with CLOSED, and close may be called again', async ({ open }) => {
    const chat = open()
    await thread(chat, { id: 't' })
    const ticket = await chat.attachments.ticket(ada, (await file(chat, ada, 'x')).id)
    await Promise.all([chat.close(), chat.close()])
    await chat[Symbol.asyncDispose]()
    for (const [name, call] of Object.entries(everyCall)) same(await codeOf(() => call(chat, ada, 't')), 'CLOSED', name)
    await rejects(() => chat.attachments.redeem(ticket.token), 'CLOSED', 'attachments.redeem')
    await rejects(() => chat.projections.rebuild(), 'CLOSED', 'projections.rebuild')
    const again = open()
    same((await again.threads.get(ada, 't')).id, 't', 'the store is still open')
  }),
  domainCase('close lets running calls finish, and what they wrote is there', async ({ open, store }) => {
    let slow = 0
    const chat = open({
      store: forward(store, {
        commit: async (changes, options) => {
          slow++
          await new Promise((resolve) => setTimeout(resolve, 20))
          return store.commit(changes, options)
        },
      }),
    })
    const made = await thread(chat)
    const saying = Promise.all([
      say(chat, ada, made.id, 'a'),
      say(chat, ada, made.id, 'b'),
      chat.messages.markRead(ada, made.id, { seq: 0 }),
    ])
    await Promise.resolve()
    const closing = chat.close()
    await rejects(() => say(chat, ada, made.id, 'c'), 'CLOSED', 'nobody comes in any more')
    await closing
    const [a] = await saying
    ok(slow > 0 && a.seq === 1, 'who was inside has finished')
    same((await open().threads.get(ada, made.id)).messageCount, 2, 'and what they wrote is there')
  }),
  domainCase(
    'an error of the store comes out with its code, leaves nothing half done, and the next call works',
    async ({ open, store }) => {
      let failing: ThreadkeepError | undefined
      const chat = open({
        store: forward(store, {
          commit: (changes, options) => {
            const error = failing
            failing = undefined
            return error ? Promise.reject(error) : store.commit(changes, options)
          },
        }),
        projector: 'external',
      })
      const { id } = await thread(chat)
      await say(chat, ada, id, 'before')
      failing = new ThreadkeepError('UNAVAILABLE', 'The store is away.', { maybeCommitted: true })
      const codes = await Promise.all([
        refusalOf(() => say(chat, ada, id, 'lost a')),
        refusalOf(() => say(chat, ada, id, 'lost b')),
        refusalOf(() => say(chat, ada, id, 'reply', { replyTo: 'none' })),
      ])
      same(
        codes.map((one) => [(one as { code: string }).code, (one as { maybeCommitted: boolean }).maybeCommitted]),
        [
          ['UNAVAILABLE', true],
          ['UNAVAILABLE', true],
          ['INVALID_REPLY', false],
        ],
        'who was in the commit, and who was not',
      )
      same((await say(chat, ada, id, 'after')).seq, 2, 'and then all is well')
      same((await chat.threads.get(ada, id)).messageCount, 2, 'nothing half done')
      // An operation that waits for the next group is not told the fate of this one.
      failing = new ThreadkeepError('UNAVAILABLE', 'The store is away.')
      const outcomes = await Promise.all([
        codeOf(() => chat.messages.append(ada, id, { content: 'x', clientId: 'same' })),
        codeOf(() => chat.messages.append(ada, id, { content: 'x', clientId: 'same' })),
      ])
      const told = outcomes.map((one) => (typeof one === 'string' ? one : 'ok'))
      const after = (await chat.messages.newest(ada, id, 9)).filter(({ content }) => content === 'x').length
      same(after, told.includes('ok') ? 1 : 0, `what was told holds: ${told.join()}`)
    },
  ),
]
