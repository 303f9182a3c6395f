import { ok, rejects, same } from '../expect.ts'
import type { DomainCase } from './domain-case.ts'
import { domainCase } from './domain-case.ts'
import { ada, bob, say } from './people.ts'

/** The one direct thread of two people. */
export const directCases: readonly DomainCase[] = [
  domainCase('two people have one direct thread, whoever opens it and however many at once', async ({ chat, open }) => {
    const other = open()
    const opened = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        n % 2 ? chat.threads.direct(ada, 'bob') : other.threads.direct(bob, 'ada'),
      ),
    )
    same(new Set(opened.map(({ id }) => id)).size, 1, 'one')
    const id = opened[0]!.id
    same([opened[0]!.direct, opened[0]!.memberCount], [true, 2], 'of two')
    same((await chat.threads.list(ada)).items.length, 1, 'in the list once')
    await rejects(() => chat.threads.direct(ada, 'ada'), 'INVALID', 'with oneself')
    for (const call of [
      () => chat.threads.addMember(ada, id, 'cyd'),
      () => chat.threads.removeMember(ada, id, 'bob'),
      () => chat.threads.removeMember(ada, id, 'ada'),
      () => chat.threads.setRole(ada, id, 'bob', 'viewer'),
    ])
      await rejects(call, 'CONFLICT', 'it stays between the two')
    const message = await say(chat, bob, id, 'my words')
    await rejects(() => chat.messages.edit(ada, id, message.id, { content: 'your words' }), 'FORBIDDEN', 'edit')
    await rejects(() => chat.messages.delete(ada, id, message.id), 'FORBIDDEN', 'delete')
    await rejects(() => chat.messages.delete(ada, id, message.id, { mode: 'hard' }), 'FORBIDDEN', 'delete for good')
    await chat.messages.edit(bob, id, message.id, { content: 'my other words' })
  }),
  domainCase(
    'a deleted direct thread is followed by another, and then cannot come back beside it',
    async ({ chat }) => {
      const first = await chat.threads.direct(ada, 'bob')
      await chat.threads.delete(ada, first.id)
      same((await chat.threads.restore(ada, first.id)).id, first.id, 'restored')
      await chat.threads.delete(ada, first.id)
      const second = await chat.threads.direct(bob, 'ada')
      ok(second.id !== first.id, 'another')
      await rejects(() => chat.threads.restore(ada, first.id), 'CONFLICT', 'not two of them')
      same((await chat.threads.direct(ada, 'bob')).id, second.id, 'and everybody finds the same')
    },
  ),
  domainCase('a direct thread whose other side is gone for good can be deleted and brought back', async ({ chat }) => {
    await chat.users.create(bob, 'bob')
    const { id } = await chat.threads.direct(ada, 'bob')
    await chat.users.delete(bob, 'bob', { mode: 'hard' })
    await chat.threads.delete(ada, id)
    same((await chat.threads.restore(ada, id)).memberCount, 1, 'with who is left')
  }),
]
