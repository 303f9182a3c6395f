import { names } from '../../domain/kernel/names.ts'
import { rejects, same } from '../expect.ts'
import { bytes } from './attachment-cases.ts'
import type { DomainCase } from './domain-case.ts'
import { domainCase } from './domain-case.ts'
import { ada, admin, bob, day, eve, hour, minute, say, sayMany, stranger, texts, thread } from './people.ts'

/** How threads and what is in them leave: deleting, purging, retention; and what holds them back. */
export const removalCases: readonly DomainCase[] = [
  domainCase(
    'a deleted thread is gone at once, can come back within its grace, and then never',
    async ({ chat, clock }) => {
      const { id } = await thread(chat, { members: [{ userId: 'bob', role: 'editor' }] })
      await say(chat, ada, id, 'x')
      await rejects(() => chat.threads.delete(bob, id), 'FORBIDDEN', 'owners only')
      await chat.threads.delete(ada, id)
      for (const actor of [ada, bob, admin]) {
        await rejects(() => chat.threads.get(actor, id), 'NOT_FOUND', 'get')
        await rejects(() => say(chat, actor, id, 'y'), 'NOT_FOUND', 'append')
        await rejects(() => chat.threads.delete(actor, id), 'NOT_FOUND', 'delete again')
      }
      same((await chat.threads.list(bob)).items, [], 'list')
      await rejects(() => chat.threads.restore(stranger, id), 'NOT_FOUND', 'a stranger')
      await rejects(() => chat.threads.restore(bob, id), 'FORBIDDEN', 'an editor')
      clock.advance(7 * day - 1)
      same((await chat.threads.restore(ada, id)).messageCount, 1, 'back within the grace')
      same((await chat.threads.restore(ada, id)).id, id, 'restoring what is there is fine')
      same((await chat.threads.list(bob)).items.length, 1, 'listed again')
      await chat.threads.delete(ada, id)
      clock.advance(7 * day)
      await rejects(() => chat.threads.restore(ada, id), 'NOT_FOUND', 'after the grace')
      const other = await thread(chat)
      await chat.threads.delete(ada, other.id, { immediate: true })
      await rejects(() => chat.threads.restore(ada, other.id), 'NOT_FOUND', 'without a grace')
    },
  ),
  domainCase(
    'a purge removes everything of a thread but a gravestone, and its id comes free in the end',
    async ({ chat, clock, store, blobs }) => {
      const { id } = await thread(chat, { id: 't', members: [{ userId: 'bob' }], retention: { maxMessages: 99 } })
      const file = await chat.attachments.create(ada, { name: 'f', mimeType: 'text/plain' })
      await chat.attachments.upload(ada, file.id, bytes('hello'))
      await chat.attachments.complete(ada, file.id)
      const message = await say(chat, ada, id, 'x', { attachments: [file.id], clientId: 'c', ttl: 1e6 })
      await chat.messages.edit(ada, id, message.id, { content: 'y' })
      await chat.messages.markRead(bob, id, { seq: 1 })
      await chat.messages.feedback(bob, id, [message.id], 'negative')
      await chat.projections.settle()
      await chat.threads.delete(ada, id, { immediate: true })
      same((await chat.jobs.purge(admin, { dryRun: true })).ids, [id], 'dry run')
      same((await chat.jobs.purge(admin)).ids, [id], 'purged')
      same((await chat.jobs.purge(admin)).removed, 0, 'once')
      for (const part of [
        names.messages,
        names.messageIds,
        names.edits,
        names.receipts,
        names.feedback,
        names.idempotency,
        names.members,
        names.dueOf,
      ])
        same(await store.list(part(id), { limit: 1 }), [], part(id))
      for (const whole of [
        names.attachments,
        names.blobs,
        names.purges,
        names.retained,
        names.due,
        names.threadsOf('ada'),
        names.threadsOf('bob'),
      ])
        same(await store.list(whole, { limit: 1 }), [], whole)
      same(await Array.fromAsync(blobs.list()), [], 'its bytes')
      await rejects(() => thread(chat, { id }), 'THREAD_EXISTS', 'its id is taken for a while')
      await rejects(() => chat.threads.get(admin, id), 'NOT_FOUND', 'for nobody')
      await chat.projections.settle()
      clock.advance(15 * day)
      same((await thread(chat, { id })).eventSeq, 2, 'then it is free')
      await say(chat, ada, id, 'anew')
      await chat.projections.settle()
      same((await chat.stats.thread(ada, id)).messageCount, 1, 'counted anew')
    },
  ),
  domainCase('a held thread keeps everything, also what would have expired', async ({ chat, clock }) => {
    const { id } = await thread(chat, { retention: { maxAge: hour, maxMessages: 1 } })
    const first = await say(chat, ada, id, 'needle one', { ttl: 60 })
    const second = await say(chat, ada, id, 'needle two')
    await chat.messages.edit(ada, id, first.id, { content: 'needle edited' })
    const deleted = await say(chat, ada, id, 'needle deleted', { ttl: 60 })
    await chat.messages.delete(ada, id, deleted.id)
    await rejects(() => chat.threads.setLegalHold(ada, id, true), 'FORBIDDEN', 'admins only')
    same((await chat.threads.setLegalHold(admin, id, true)).legalHold, true, 'held')
    await say(chat, ada, id, 'needle three', { ttl: 60 })
    clock.advance(2 * hour)
    same(
      texts(await chat.messages.newest(ada, id, 9)),
      ['needle edited', 'needle two', 'needle three'],
      'nothing expires',
    )
    same((await chat.messages.edits(ada, id, first.id)).length, 1, 'nor what it said before')
    same((await chat.messages.restore(ada, id, deleted.id)).content, 'needle deleted', 'nor what is deleted')
    await chat.projections.settle()
    same((await chat.search.messages(ada, { query: 'needle' })).results.length, 4, 'and it is found')
    for (const call of [
      () => chat.threads.delete(ada, id),
      () => chat.threads.truncate(ada, id, first.id),
      () => chat.messages.delete(ada, id, second.id, { mode: 'hard' }),
    ])
      await rejects(call, 'LEGAL_HOLD', 'nothing is removed')
    const report = await chat.jobs.expire(admin)
    same([report.removed, report.held], [0, 1], 'no retention')
    same((await chat.jobs.cleanup(admin, { olderThanDays: 0.01 })).held, 1, 'no cleaning up')
    await chat.messages.delete(ada, id, second.id)
    await chat.threads.setLegalHold(admin, id, false)
    await chat.jobs.expire(admin)
    same((await chat.threads.get(ada, id)).messageCount, 0, 'lifted: the policy holds again')
    await chat.threads.delete(ada, id)
    await chat.threads.setLegalHold(admin, id, true)
    clock.advance(30 * day)
    same((await chat.jobs.purge(admin)).held, 1, 'a deleted thread can be held, too')
    await chat.threads.setLegalHold(admin, id, false)
    same((await chat.jobs.purge(admin)).removed, 1, 'and let go')
  }),
  domainCase(
    'retention takes the oldest away: by age at the moment, by number with the job',
    async ({ chat, clock }) => {
      const { id } = await thread(chat)
      await sayMany(chat, ada, id, 12)
      const old = (await chat.messages.newest(ada, id, 12))[0]!
      await chat.messages.delete(ada, id, old.id)
      await chat.threads.update(ada, id, { retention: { maxMessages: 5 } })
      same((await chat.jobs.expire(admin, { dryRun: true })).removed, 7, 'dry run: with the deleted one before them')
      same((await chat.threads.get(ada, id)).messageCount, 11, 'nothing happened')
      await chat.jobs.expire(admin)
      same(texts(await chat.messages.newest(ada, id, 9)), ['8', '9', '10', '11', '12'], 'the newest five')
      same((await chat.jobs.expire(admin)).removed, 0, 'and no more')
      await chat.threads.update(ada, id, { retention: { maxAge: hour } })
      clock.advance(30 * minute)
      const late = await say(chat, ada, id, 'late')
      same(late.expiresAt, clock.now() + hour, 'a new message knows its end')
      clock.advance(30 * minute)
      same((await chat.jobs.expire(admin)).removed, 5, 'older ones go with the job')
      clock.advance(30 * minute)
      same(await chat.messages.newest(ada, id, 9), [], 'new ones by themselves')
      same((await chat.threads.get(ada, id)).messageCount, 0, 'counted out without a job')
      await say(chat, eve, (await chat.threads.create(eve)).id, 'unaffected')
    },
  ),
]
