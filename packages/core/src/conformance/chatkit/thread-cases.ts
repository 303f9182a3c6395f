import type { UserContext } from '../../chatkit/chatkit-store.ts'
import type { DomainCase } from '../domain/domain-case.ts'
import { ok, rejects, same } from '../expect.ts'
import { ada, chatKitCase, eve, item, outline } from './chatkit-case.ts'

/** Ids and threads. */
export const chatKitThreadCases: readonly DomainCase[] = [
  chatKitCase('ids carry their type and 96 random bits', async ({ chatKit, thread }) => {
    const made = await thread()
    ok(/^thr_[0-9a-z]{30}$/.test(chatKit.generateThreadId(ada)), 'a thread')
    for (const [type, prefix] of [
      ['message', 'msg'],
      ['tool_call', 'tc'],
      ['task', 'tsk'],
      ['workflow', 'wf'],
      ['attachment', 'atc'],
      ['hidden_context', 'hcx'],
      ['sdk_hidden_context', 'shcx'],
      ['something_new', 'something_new'],
    ] as const)
      ok(chatKit.generateItemId(type, made, ada).startsWith(`${prefix}_`), type)
    same(new Set(Array.from({ length: 1_000 }, () => chatKit.generateThreadId(ada))).size, 1_000, 'no two alike')
  }),
  chatKitCase('reading never makes a thread', async ({ chatKit }) => {
    await rejects(() => chatKit.loadThread('t', ada), 'NOT_FOUND', 'no thread')
    same(outline(await chatKit.loadThreadItems('t', null, 10, 'asc', ada)), ['', false, null], 'no items')
    same(outline(await chatKit.loadThreads(10, null, 'asc', ada)), ['', false, null], 'none made')
  }),
  chatKitCase('saving makes a thread, then replaces all of it', async ({ thread }) => {
    same((await thread()).title, null, 'without a title')
    const full = {
      title: 'Order',
      metadata: { a: 1, previous: null, nested: { b: 2, none: null } },
      status: { type: 'locked', reason: 'paid' },
      allowed_image_domains: ['example.org'],
      field_of_tomorrow: { x: [null] },
    } as const
    const { id, created_at, ...read } = await thread('t', full)
    same(read, full, 'every field, null too')
    const { status, metadata, ...rest } = await thread('t', { title: null, metadata: { nested: { c: 3 } } })
    same(
      [status, metadata, rest],
      [{ type: 'active' }, { nested: { c: 3 } }, { id, created_at, title: null }],
      'replaced',
    )
  }),
  chatKitCase('a thread of another user is not found, listed, saved or deleted', async ({ chatKit, thread }) => {
    const made = await thread()
    await rejects(() => chatKit.loadThread('t', eve), 'NOT_FOUND', 'loading')
    await rejects(() => chatKit.saveThread({ ...made, title: 'mine' }, eve), 'NOT_FOUND', 'saving')
    await chatKit.deleteThread('t', eve)
    same(outline(await chatKit.loadThreads(10, null, 'asc', eve)), ['', false, null], 'listing')
    same(await chatKit.loadThread('t', ada), made, 'as it was')
  }),
  chatKitCase('threads come in pages by creation, both ways, also after a deleted one', async (world) => {
    const { chatKit, clock, thread } = world
    for (const id of ['a', 'b', 'c', 'd', 'e']) {
      await thread(id)
      clock.advance(1_000)
    }
    same(outline(await chatKit.loadThreads(2, null, 'desc', ada)), ['e d', true, 'd'], 'first')
    await chatKit.deleteThread('d', ada)
    same(outline(await chatKit.loadThreads(2, 'd', 'desc', ada)), ['c b', true, 'b'], 'second')
    same(outline(await chatKit.loadThreads(2, 'b', 'desc', ada)), ['a', false, null], 'last')
    same(outline(await chatKit.loadThreads(10, null, 'asc', ada)), ['a b c e', false, null], 'the other way')
  }),
  chatKitCase('a locked thread takes no words of the user, but the server may answer and tidy up', async (world) => {
    const { chatKit, thread } = world
    await thread()
    await chatKit.addThreadItem('t', item('user_message', 'before'), ada)
    for (const type of ['locked', 'closed'] as const) {
      await thread('t', { status: { type } })
      const code = type === 'locked' ? 'THREAD_LOCKED' : 'THREAD_CLOSED'
      await rejects(() => chatKit.addThreadItem('t', item('user_message', 'x'), ada), code, 'a user')
      await chatKit.addThreadItem('t', item('assistant_message', type), ada)
      await chatKit.saveItem('t', item('assistant_message', type, { v: 2 }), ada)
    }
    await chatKit.deleteThreadItem('t', 'locked', ada)
    const page = await chatKit.loadThreadItems('t', null, 10, 'asc', ada)
    same(outline(page), ['before closed', false, null], 'what is there')
  }),
  chatKitCase('a context without a user is refused', async ({ chatKit }) => {
    for (const context of [{}, { user: { id: '' } }, undefined] as UserContext[]) {
      await rejects(() => chatKit.loadThread('t', context), 'UNAUTHENTICATED', 'reading')
      await rejects(() => chatKit.addThreadItem('t', item('task', 'm'), context), 'UNAUTHENTICATED', 'writing')
    }
  }),
]
