import { placeNamedBy } from '../../domain/kernel/message-places.ts'
import { names } from '../../domain/kernel/names.ts'
import { rejects, same } from '../expect.ts'
import type { DomainCase } from './domain-case.ts'
import { domainCase } from './domain-case.ts'
import { ada, say, sayMany, texts, thread } from './people.ts'

/** Messages are found by their ids: those that name their place, those that name another's, and those that name none. */
export const placeCases: readonly DomainCase[] = [
  domainCase('an id of ours names its place, and nothing else is kept of it', async ({ chat, store }) => {
    const { id } = await thread(chat)
    await sayMany(chat, ada, id, 40)
    const messages = await chat.messages.newest(ada, id, 40)
    same(
      messages.map((message) => placeNamedBy(message.id)),
      messages.map(({ seq }) => seq),
      'places',
    )
    same(await store.list(names.messageIds(id), { limit: 1 }), [], 'no index')
    for (const message of [messages[0]!, messages[39]!]) {
      same(await chat.messages.get(ada, id, message.id), message, 'get')
      const answer = await say(chat, ada, id, 'answer', { replyTo: message.id })
      same(answer.replyTo, message.id, 'answered')
    }
  }),
  domainCase('ids that name the place of another message are found where they stand', async ({ chat }) => {
    const { id } = await thread(chat)
    const first = await say(chat, ada, id, 'first')
    for (const own of ['m.1', 'm.2', 'm.9', 'm.zzzzzzz', 'm.zzzzzzzz', 'm.01', 'm.', '.1', 'report.pdf'])
      await say(chat, ada, id, own, { id: own })
    for (const own of ['m.1', 'm.2', 'm.9', 'm.zzzzzzz', 'm.zzzzzzzz', 'm.01', 'm.', '.1', 'report.pdf'])
      same((await chat.messages.get(ada, id, own)).content, own, own)
    same((await chat.messages.get(ada, id, first.id)).content, 'first', 'the one whose place was named')
    await rejects(() => chat.messages.get(ada, id, 'n.1'), 'NOT_FOUND', 'an id that only names a place')
    await chat.messages.edit(ada, id, 'm.1', { content: 'edited' })
    await chat.messages.delete(ada, id, 'm.9', { mode: 'hard' })
    await rejects(() => chat.messages.get(ada, id, 'm.9'), 'NOT_FOUND', 'removed')
    same(texts([await chat.messages.get(ada, id, 'm.1')]), ['edited'], 'edited')
    same((await chat.messages.get(ada, id, 'm.2')).content, 'm.2', 'its neighbour')
  }),
  domainCase('an id is taken wherever its message stands', async ({ chat }) => {
    const { id } = await thread(chat)
    const made = await say(chat, ada, id, 'made')
    // Exactly where it says, and elsewhere.
    await say(chat, ada, id, 'here', { id: 'own.2' })
    await say(chat, ada, id, 'elsewhere', { id: 'own.7' })
    for (const taken of [made.id, 'own.2', 'own.7']) {
      await rejects(() => say(chat, ada, id, 'again', { id: taken }), 'MESSAGE_EXISTS', taken)
      const batch = [{ content: 'new' }, { content: 'again', id: taken }]
      await rejects(() => chat.messages.appendMany(ada, id, batch), 'MESSAGE_EXISTS', `${taken} in a batch`)
    }
    same((await chat.threads.get(ada, id)).messageCount, 3, 'nothing came of it')
    const sent = { content: 'once', id: 'own.4', clientId: 'c' }
    const [one, two] = [await chat.messages.append(ada, id, sent), await chat.messages.append(ada, id, sent)]
    same([one.deduplicated, two.deduplicated, two.message.seq], [false, true, 4], 'a retry is no second message')
    await chat.messages.delete(ada, id, 'own.2', { mode: 'hard' })
    same((await say(chat, ada, id, 'new', { id: 'own.2' })).seq, 5, 'free once it is gone')
    same((await chat.messages.get(ada, id, 'own.2')).content, 'new', 'and found')
  }),
  domainCase('twenty of one id at once make one message, whatever the id names', async ({ chat, open }) => {
    const other = open()
    const { id } = await thread(chat)
    for (const own of ['at.1', 'at.9', 'plain']) {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, n) => say(n % 2 ? chat : other, ada, id, `${n}`, { id: own })),
      )
      same(outcomes.filter(({ status }) => status === 'fulfilled').length, 1, own)
    }
    same((await chat.threads.get(ada, id)).messageCount, 3, 'counted once each')
  }),
  domainCase('copies keep ids that name the place they had', async ({ chat }) => {
    const source = await thread(chat)
    await sayMany(chat, ada, source.id, 5)
    const messages = await chat.messages.newest(ada, source.id, 5)
    await chat.messages.delete(ada, source.id, messages[1]!.id)
    const fork = await chat.threads.fork(ada, source.id, messages[4]!.id)
    for (const [i, { id, content }] of messages.entries())
      if (i !== 1) same((await chat.messages.get(ada, fork.id, id)).content, content, `message ${i}`)
    await rejects(() => chat.messages.get(ada, fork.id, messages[1]!.id), 'NOT_FOUND', 'what was not copied')
    await rejects(() => say(chat, ada, fork.id, 'x', { id: messages[4]!.id }), 'MESSAGE_EXISTS', 'taken there, too')
    await chat.messages.delete(ada, fork.id, messages[4]!.id, { mode: 'hard' })
    await rejects(() => chat.messages.get(ada, fork.id, messages[4]!.id), 'NOT_FOUND', 'and removed')
    same((await chat.messages.get(ada, source.id, messages[4]!.id)).content, '5', 'there only')
  }),
]
