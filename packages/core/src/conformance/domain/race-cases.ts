import { names } from '../../domain/kernel/names.ts'
import { rejects, same } from '../expect.ts'
import { bytes, content, file } from './attachment-cases.ts'
import type { DomainCase } from './domain-case.ts'
import { domainCase } from './domain-case.ts'
import { meanwhile } from './meanwhile.ts'
import { ada, admin, bob, day, eventually, refusalOf, say, sayMany, second, stranger, texts, thread } from './people.ts'

/** What happens to a call when somebody else was faster. */
export const raceCases: readonly DomainCase[] = [
  domainCase(
    'two who change, upload or complete one file at once both get what they asked for',
    async ({ chat, open, store, blobs }) => {
      const { id } = await chat.attachments.create(ada, { name: 'x', mimeType: 'a/b' })
      const slow = (act: () => Promise<unknown>) => open({ store: meanwhile(store, names.attachments, act) })
      const changed = await slow(() => chat.attachments.update(ada, id, { name: 'y' })).attachments.update(ada, id, {
        metadata: { a: 1 },
      })
      same([changed.name, changed.metadata], ['y', { a: 1 }], 'both changes')
      await slow(() => chat.attachments.upload(ada, id, bytes('early'))).attachments.upload(ada, id, bytes('late'))
      same((await Array.fromAsync(blobs.list())).length, 1, 'one upload is kept')
      const answers: unknown[] = []
      const completing = slow(async () => answers.push(await chat.attachments.complete(ada, id)))
      answers.push(await completing.attachments.complete(ada, id))
      same(answers[0], answers[1], 'completed once, told to both')
      same(await content(chat, ada, id), 'late', 'the upload that ended last')
      const lost = await chat.attachments.create(ada, { name: 'x', mimeType: 'a/b' })
      await chat.attachments.upload(ada, lost.id, bytes('lost'))
      for (const { key, size } of await Array.fromAsync(blobs.list())) if (size === 4) await blobs.delete(key)
      await chat.attachments.upload(ada, lost.id, bytes('bytes'))
      for (const { key, size } of await Array.fromAsync(blobs.list())) if (size === 5) await blobs.delete(key)
      await rejects(() => chat.attachments.complete(ada, lost.id), 'CONFLICT', 'what the blob store has lost')
    },
  ),
  domainCase(
    'a file that is sent while it is deleted leaves its message, and one that is collected stays',
    async ({ chat, clock, open, store }) => {
      const { id } = await thread(chat, { members: [{ userId: 'bob' }] })
      const one = await file(chat, ada, 'one')
      const send = async (attachment: string) => say(chat, ada, id, 'x', { attachments: [attachment] })
      const deleting = open({ store: meanwhile(store, names.attachments, () => send(one.id)) })
      await deleting.attachments.delete(ada, one.id)
      await rejects(() => chat.attachments.get(ada, one.id), 'NOT_FOUND', 'deleted is deleted')
      same((await chat.messages.newest(bob, id, 1))[0]?.attachments, [], 'out of the message')
      const two = await file(chat, ada, 'two')
      clock.advance(2 * day)
      const collecting = open({ store: meanwhile(store, names.attachments, () => send(two.id)) })
      same((await collecting.jobs.uploads(admin)).ids.includes(two.id), false, 'not collected')
      same(await content(chat, bob, two.id), 'two', 'but sent')
      const missing = await refusalOf(() => chat.attachments.delete(stranger, 'none'))
      same(await refusalOf(() => chat.attachments.delete(stranger, two.id)), missing, 'for strangers it does not exist')
    },
  ),
  domainCase('a file outlives its expired message only for its owner, who may delete it', async ({ chat, clock }) => {
    const { id } = await thread(chat, { members: [{ userId: 'bob' }] })
    const one = await file(chat, ada, 'one')
    await say(chat, ada, id, 'x', { attachments: [one.id], ttl: 5 })
    same(await content(chat, bob, one.id), 'one', 'read by a member')
    clock.advance(5 * second)
    await rejects(() => chat.attachments.get(bob, one.id), 'NOT_FOUND', 'expired with its message')
    same((await chat.attachments.get(ada, one.id)).id, one.id, 'not for its owner')
    await chat.attachments.delete(ada, one.id)
    await rejects(() => chat.attachments.get(ada, one.id), 'NOT_FOUND', 'deleted')
  }),
  domainCase(
    'retention stops at a hold that is set while it runs, and counts only what it removed itself',
    async ({ chat, open, store }) => {
      const keepsOne = async (id: string) => {
        await thread(chat, { id, retention: { maxMessages: 1 } })
        await sayMany(chat, ada, id, 4)
      }
      await keepsOne('held')
      const hold = () => chat.threads.setLegalHold(admin, 'held', true)
      const held = await open({ store: meanwhile(store, names.messages('held'), hold) }).jobs.expire(admin)
      same([held.removed, held.ids], [0, []], 'nothing removed, nothing counted')
      same((await chat.messages.page(ada, 'held')).items.length, 4, 'all is there')
      await keepsOne('shared')
      const [first] = (await chat.messages.page(ada, 'shared', { first: 1 })).items
      const remove = () => chat.messages.delete(ada, 'shared', first!.id, { mode: 'hard' })
      const shared = await open({ store: meanwhile(store, names.messages('shared'), remove) }).jobs.expire(admin)
      same(shared.removed, 2, 'what somebody else removed is not counted')
      same(texts((await chat.messages.page(ada, 'shared')).items), ['4'], 'what is kept')
    },
  ),
  domainCase('two purges of one thread at once tell of it once', async ({ chat, open, store }) => {
    const { id } = await thread(chat)
    await sayMany(chat, ada, id, 3)
    await chat.threads.delete(ada, id, { immediate: true })
    const told: string[] = []
    for (const one of [chat, open({ store: meanwhile(store, names.purges, () => chat.jobs.purge(admin)) })]) {
      one.on('thread.purged', ({ threadId }) => told.push(threadId!))
      if (one !== chat) same((await one.jobs.purge(admin)).removed, 0, 'the slower one has purged nothing')
    }
    await eventually(() => told.length > 0, 'told')
    same(told, [id], 'once')
  }),
]
