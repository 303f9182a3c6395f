import { createThreadkeep } from '../../domain/create-threadkeep.ts'
import { rejects, same } from '../expect.ts'
import type { DomainCase } from './domain-case.ts'
import { domainCase } from './domain-case.ts'
import { ada, admin, bob, codeOf, cyd, say, second, stranger, texts, thread } from './people.ts'

const seer = { userId: 'seer', scopes: ['search:any' as const] }

/** Search with the actor's rights. */
export const findCases: readonly DomainCase[] = [
  domainCase(
    'messages are found by their words, with score, text, highlights and neighbours',
    async ({ chat, clock }) => {
      const { id } = await thread(chat, { members: [{ userId: 'bob' }] })
      for (const text of ['before', 'The REFUND for ORDER-12345, please', 'after', 'a refundable thing', 'nothing']) {
        clock.advance(second)
        await say(chat, ada, id, text)
      }
      await chat.projections.settle()
      const { results, nextCursor, indexedThrough } = await chat.search.messages(bob, {
        query: 'refund order-12345',
        context: 1,
      })
      const [best] = results
      same([best?.message.seq, best?.threadId, best?.text], [2, id, 'The REFUND for ORDER-12345, please'], 'the best')
      same(
        best!.highlights.map(({ start, end }) => best!.text.slice(start, end)),
        ['REFUND', 'ORDER-12345'],
        'what to mark',
      )
      same([texts(best!.before), texts(best!.after)], [['before'], ['after']], 'its neighbours')
      same(
        results.every(({ relevanceScore }) => relevanceScore > 0 && relevanceScore <= 1),
        true,
        'scores within 0 and 1',
      )
      same([nextCursor, indexedThrough], [undefined, undefined], 'that is all, and all is indexed')
      same(
        (await chat.search.messages(bob, { query: 'refun' })).results.map(({ message }) => message.seq).sort(),
        [2, 4],
        'a beginning',
      )
      same((await chat.search.messages(bob, { query: '   ' })).results, [], 'no words')
      const edge = await chat.search.messages(bob, { query: 'before', context: 3 })
      same([edge.results[0]?.before.length, edge.results[0]?.after.length], [0, 3], 'at the edge')
    },
  ),
  domainCase('every filter narrows', async ({ chat, clock }) => {
    const a = await thread(chat, { id: 'a', members: [{ userId: 'bob', role: 'editor' }] })
    const b = await thread(chat, { id: 'b' })
    const start = clock.now()
    await say(chat, ada, a.id, 'needle one')
    clock.advance(second)
    await say(chat, bob, a.id, 'needle two', { role: 'assistant' })
    clock.advance(second)
    await say(chat, ada, b.id, 'needle three')
    await chat.messages.append(bob, a.id, { kind: 'tool_call', role: 'tool', data: { name: 'needle_tool needle' } })
    await chat.projections.settle()
    const find = async (request: object) =>
      (await chat.search.messages(ada, { query: 'needle', ...request })).results
        .map(({ message }) => `${message.threadId}${message.seq}`)
        .sort()
    same(await find({}), ['a1', 'a2', 'a3', 'b1'], 'none')
    same(await find({ threadIds: ['b'] }), ['b1'], 'threads')
    same(await find({ threadIds: ['b', 'missing', 'b'] }), ['b1'], 'also such as are not there')
    same(await find({ threadIds: [] }), [], 'no thread')
    same(await find({ userIds: ['bob'] }), ['a2', 'a3'], 'people')
    same(await find({ userIds: [] }), [], 'nobody')
    same(await find({ roles: ['assistant', 'tool'] }), ['a2', 'a3'], 'roles')
    same(await find({ kinds: ['tool_call'] }), ['a3'], 'kinds')
    same(await find({ from: start + second }), ['a2', 'a3', 'b1'], 'from, inclusive')
    same(await find({ to: start + second }), ['a1'], 'to, exclusive')
    same(await find({ minRelevanceScore: 1 }), [], 'score')
    same(await find({ query: 'needle zzz', minRelevanceScore: 0.5 }), [], 'half and more has every word')
    for (const [request, code] of [
      [{ query: 5 }, 'INVALID'],
      [{ query: '\ud800' }, 'INVALID'],
      [{ query: 'x'.repeat(1_001) }, 'INVALID'],
      [{ limit: 0 }, 'INVALID_LIMIT'],
      [{ limit: 101 }, 'INVALID_LIMIT'],
      [{ context: 11 }, 'INVALID_LIMIT'],
      [{ context: -1 }, 'INVALID_LIMIT'],
      [{ minRelevanceScore: 2 }, 'INVALID'],
      [{ from: 'x' }, 'INVALID'],
      [{ roles: 'user' }, 'INVALID'],
      [{ userIds: [''] }, 'INVALID_ID'],
      [{ threadIds: [''] }, 'INVALID_ID'],
      [{ threadIds: Array(1_001).fill('a') }, 'INVALID_LIMIT'],
      [{ after: 'x' }, 'INVALID_CURSOR'],
    ] as [object, string][])
      same(await codeOf(() => find(request)), code, JSON.stringify(request).slice(0, 50))
  }),
  domainCase(
    'pages of hits meet each once, though hits in between may not be seen',
    async ({ chat, clock, open, search }) => {
      const { id } = await thread(chat)
      for (let n = 0; n < 30; n++) {
        clock.advance(second)
        await say(chat, ada, id, `needle ${n % 3 ? 'haystack' : ''}`)
      }
      await chat.projections.settle()
      // Every other one goes, and the index does not hear of it.
      const deaf = open({ projector: 'external' })
      const all = await chat.messages.newest(ada, id, 100)
      for (const message of all.filter(({ seq }) => seq % 2)) await deaf.messages.delete(ada, id, message.id)
      const whole = (await chat.search.messages(ada, { query: 'needle', limit: 100 })).results.map(
        ({ message }) => message.seq,
      )
      same(whole.length, 15, 'what is gone is not found')
      for (const limit of [1, 4, 15]) {
        const found: number[] = []
        for (let after: string | undefined; ; ) {
          const page = await chat.search.messages(ada, {
            query: 'needle',
            limit,
            ...(after !== undefined && { after }),
          })
          found.push(...page.results.map(({ message }) => message.seq))
          after = page.nextCursor
          if (after === undefined) break
          if (found.length > 60) throw new Error('pages never end')
        }
        same(found, whole, `${limit} at a time`)
      }
      const cursor = (await chat.search.messages(ada, { query: 'needle', limit: 4 })).nextCursor!
      for (const request of [{ query: 'needles' }, { query: 'needle', roles: ['user' as const] }])
        await rejects(
          () => chat.search.messages(ada, { ...request, after: cursor }),
          'INVALID_CURSOR',
          'another question',
        )
      await rejects(
        () => chat.search.messages(bob, { query: 'needle', after: cursor }),
        'INVALID_CURSOR',
        'another actor',
      )
      same((await search.query({ text: 'needle', limit: 100 })).length > 15, true, 'the index itself knew no better')
    },
  ),
  domainCase(
    'an index that is behind, or wrong, leaks nothing',
    async ({ chat, open, search, clock }) => {
      const { id } = await thread(chat, { members: [{ userId: 'bob' }] })
      const [gone, edited, , hidden, kept] = [
        await say(chat, ada, id, 'secret gone'),
        await say(chat, ada, id, 'secret edited'),
        await say(chat, ada, id, 'secret expired', { ttl: 5 }),
        await say(chat, ada, id, 'secret hidden'),
        await say(chat, ada, id, 'secret kept'),
      ]
      const own = await thread(chat, { id: 'own' })
      await say(chat, ada, own.id, 'secret of her own')
      await chat.projections.settle()
      const deaf = open({ projector: 'external', kinds: [] })
      await deaf.messages.delete(ada, id, gone!.id, { mode: 'hard' })
      await deaf.messages.edit(ada, id, edited!.id, { content: 'nothing to see' })
      await deaf.messages.delete(ada, id, hidden!.id)
      clock.advance(5 * second)
      const find = async (actor: typeof ada) =>
        (await deaf.search.messages(actor, { query: 'secret' })).results.map(({ message }) => message.id)
      same(await find(bob), [kept!.id], 'only what he may see, as it is now')
      same(
        (await deaf.search.messages(bob, { query: 'secret' })).indexedThrough !== undefined,
        true,
        'and it says that it is behind',
      )
      same(await find(stranger), [], 'a stranger')
      same((await deaf.search.messages(bob, { query: 'secret', threadIds: ['own'] })).results, [], 'by naming a thread')
      await search.apply([
        {
          type: 'put',
          document: {
            threadId: 'own',
            messageId: 'forged',
            seq: 1,
            authorId: 'bob',
            role: 'user',
            kind: 'message',
            createdAt: 1,
            text: 'secret forged',
          },
        },
        {
          type: 'put',
          document: {
            threadId: id,
            messageId: kept!.id,
            seq: 1,
            authorId: 'bob',
            role: 'user',
            kind: 'message',
            createdAt: 1,
            text: 'secret misplaced',
          },
        },
      ])
      same(await find(bob), [], 'what the index has wrong is not shown either')
      await chat.threads.removeMember(ada, id, 'bob')
      same(await find(bob), [], 'nor to one who is gone')
    },
    { sound: false },
  ),
  domainCase(
    'an edit is found by its new words once it is indexed, and marked in its new text at once',
    async ({ chat, open }) => {
      const { id } = await thread(chat)
      const message = await say(chat, ada, id, 'a needle here')
      await chat.projections.settle()
      await open({ projector: 'external' }).messages.edit(ada, id, message.id, { content: 'over there a needle now' })
      const [hit] = (await chat.search.messages(ada, { query: 'needle' })).results
      same(
        hit!.highlights.map(({ start, end }) => hit!.text.slice(start, end)),
        ['needle'],
        'before it is indexed',
      )
      await chat.projections.settle()
      same((await chat.search.messages(ada, { query: 'over' })).results.length, 1, 'new words')
      same((await chat.search.messages(ada, { query: 'here' })).results.length, 0, 'old words')
      await chat.messages.delete(ada, id, message.id)
      await chat.projections.settle()
      same((await chat.search.messages(ada, { query: 'needle' })).results, [], 'deleted')
      await chat.messages.restore(ada, id, message.id)
      await chat.projections.settle()
      same((await chat.search.messages(ada, { query: 'needle' })).results.length, 1, 'restored')
    },
  ),
  domainCase('across all users only with the scope, and it is written down', async ({ chat, clock }) => {
    const a = await thread(chat)
    await say(chat, ada, a.id, 'needle')
    const b = await chat.threads.create(bob)
    await say(chat, bob, b.id, 'needle')
    const c = await chat.threads.create(cyd)
    await say(chat, cyd, c.id, 'needle')
    await chat.messages.append(admin, c.id, { kind: 'hidden_context', role: 'system', content: 'needle', data: {} })
    await chat.threads.delete(cyd, c.id)
    await chat.projections.settle()
    await rejects(() => chat.search.messages(ada, { query: 'needle', anyUser: true }), 'FORBIDDEN', 'without')
    same((await chat.audit.list(admin, { action: 'search.any' })).items, [], 'a refusal is no search')
    same((await chat.search.messages(seer, { query: 'needle' })).results, [], 'with the scope, but not asked for')
    const found = await chat.search.messages(seer, { query: 'needle', anyUser: true })
    same(found.results.map(({ threadId }) => threadId).sort(), [a.id, b.id].sort(), 'all that is there')
    clock.advance(second)
    same(
      (await chat.search.messages(seer, { query: 'needle', anyUser: true, threadIds: [b.id, c.id], userIds: ['bob'] }))
        .results.length,
      1,
      'with filters',
    )
    const audited = (await chat.audit.list(admin, { action: 'search.any' })).items
    same(
      audited.map(({ actorId, at, details }) => [actorId, at, details]),
      [
        ['seer', clock.now(), { threads: 2 }],
        ['seer', clock.now() - second, { threads: null }],
      ],
      'written down, without the words',
    )
  }),
  domainCase('without an index a search says so', async ({ store, clock }) => {
    const bare = createThreadkeep({ store, clock })
    await rejects(() => bare.search.messages(ada, { query: 'x' }), 'UNSUPPORTED', 'search')
    await rejects(
      () => bare.attachments.create(ada, { name: 'x', mimeType: 'a/b' }),
      'UNSUPPORTED',
      'nor files without blobs',
    )
    await bare.close()
  }),
]
