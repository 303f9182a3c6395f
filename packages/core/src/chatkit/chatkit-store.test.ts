import { beforeEach, describe, expect, it } from 'vitest'
import type { Threadkeep } from '../domain/create-threadkeep.ts'
import { createThreadkeep } from '../domain/create-threadkeep.ts'
import { memoryStore } from '../memory/index.ts'
import { memorySearchIndex } from '../search/index.ts'
import { manualClock } from '../store/clock.ts'
import type { UserContext } from './chatkit-store.ts'
import { chatKitStore } from './chatkit-store.ts'
import type { ChatKitItem, ChatKitItemType, ChatKitStore, ChatKitThread } from './chatkit-types.ts'

const ada: UserContext = { user: { id: 'ada' } }
const eve: UserContext = { user: { id: 'eve' } }
const clock = manualClock()
let threadkeep: Threadkeep
let store: ChatKitStore<UserContext>

const item = (type: ChatKitItemType | string, id: string, extra: object = {}): ChatKitItem =>
  ({ id, thread_id: 't', created_at: '2026-01-01T00:00:00.000Z', type, ...extra }) as ChatKitItem

async function makeThread(id = 't', context = ada): Promise<ChatKitThread> {
  const thread = { id, created_at: new Date(clock.now()).toISOString(), metadata: {} }
  await store.saveThread(thread, context)
  return store.loadThread(id, context)
}

beforeEach(() => {
  threadkeep = createThreadkeep({ store: memoryStore({ clock }), search: memorySearchIndex({ clock }), clock })
  store = chatKitStore(threadkeep)
})

describe('ids', () => {
  it('carry their type, at least 96 random bits, and sort by time', async () => {
    const thread = await makeThread()
    expect(store.generateThreadId(ada)).toMatch(/^thr_[0-9a-z]{30}$/)
    expect(store.generateItemId('message', thread, ada)).toMatch(/^msg_/)
    expect(store.generateItemId('tool_call', thread, ada)).toMatch(/^tc_/)
    expect(store.generateItemId('something_new', thread, ada)).toMatch(/^something_new_/)
    expect(new Set(Array.from({ length: 1_000 }, () => store.generateThreadId(ada))).size).toBe(1_000)
  })
})

describe('threads', () => {
  it('reading never makes one', async () => {
    await expect(store.loadThread('t', ada)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await store.loadThreads(10, null, 'asc', ada)).data).toEqual([])
  })

  it('saving makes it, then replaces title, status and metadata', async () => {
    await makeThread()
    await store.saveThread(
      {
        id: 't',
        created_at: '',
        title: 'Order',
        metadata: { a: 1, nested: { b: 2 } },
        status: { type: 'locked', reason: 'paid' },
      },
      ada,
    )
    expect(await store.loadThread('t', ada)).toMatchObject({
      title: 'Order',
      metadata: { a: 1, nested: { b: 2 } },
      status: { type: 'locked', reason: 'paid' },
    })
    await store.saveThread(
      { id: 't', created_at: '', title: null, metadata: { nested: { c: 3 } }, status: { type: 'active' } },
      ada,
    )
    expect(await store.loadThread('t', ada)).toMatchObject({
      title: null,
      metadata: { nested: { c: 3 } },
      status: { type: 'active' },
    })
  })

  it('of another user is not found, not listed, not saved and not deleted', async () => {
    await makeThread()
    await expect(store.loadThread('t', eve)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(store.saveThread({ id: 't', created_at: '', title: 'mine' }, eve)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    await store.deleteThread('t', eve)
    expect((await store.loadThreads(10, null, 'asc', eve)).data).toEqual([])
    expect(await store.loadThread('t', ada)).toMatchObject({ id: 't', title: null })
  })

  it('come in pages by creation, in both orders, also after a deleted anchor', async () => {
    for (const id of ['a', 'b', 'c', 'd', 'e']) {
      await makeThread(id)
      clock.advance(1_000)
    }
    const first = await store.loadThreads(2, null, 'desc', ada)
    expect(first).toMatchObject({ data: [{ id: 'e' }, { id: 'd' }], has_more: true, after: 'd' })
    await store.deleteThread('d', ada)
    const second = await store.loadThreads(2, first.after, 'desc', ada)
    expect(second).toMatchObject({ data: [{ id: 'c' }, { id: 'b' }], has_more: true, after: 'b' })
    const last = await store.loadThreads(2, second.after, 'desc', ada)
    expect(last).toEqual({ data: [await store.loadThread('a', ada)], has_more: false })
    expect((await store.loadThreads(10, null, 'asc', ada)).data.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'e'])
  })

  it('a context without a user is refused', async () => {
    await expect(store.loadThread('t', {} as UserContext)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    await expect(store.addThreadItem('t', item('user_message', 'm'), { user: { id: '' } })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    })
  })
})

describe('items', () => {
  const types: readonly ChatKitItemType[] = [
    'user_message',
    'assistant_message',
    'client_tool_call',
    'widget',
    'workflow',
    'task',
    'hidden_context_item',
    'sdk_hidden_context',
    'end_of_turn',
    'generated_image',
    'structured_input',
  ]
  const bodies: Record<string, object> = {
    client_tool_call: { name: 'lookup', call_id: 'c1', arguments: {} },
    widget: { widget: { type: 'Card' } },
    workflow: { workflow: { tasks: [] } },
    task: { task: { title: 'x' } },
  }

  it.each([...types, 'a_type_of_tomorrow'])('%s comes back as it went in', async (type) => {
    await makeThread()
    const saved = item(type, 'i', {
      content: [{ type: 'input_text', text: 'Hello' }],
      odd: { __proto__x: null, n: 1.5 },
      ...bodies[type],
    })
    await store.addThreadItem('t', saved, ada)
    expect(await store.loadItem('t', 'i', ada)).toEqual(saved)
    expect((await store.loadThreadItems('t', null, 10, 'asc', ada)).data).toEqual([saved])
  })

  it('come in pages by place, in both orders, `after` exclusive and only where there is more', async () => {
    await makeThread()
    for (const id of ['1', '2', '3', '4', '5']) await store.addThreadItem('t', item('user_message', id), ada)
    const ids = async (after: string | null, limit: number, order: 'asc' | 'desc') => {
      const page = await store.loadThreadItems('t', after, limit, order, ada)
      return [page.data.map(({ id }) => id).join(''), page.has_more, page.after]
    }
    expect(await ids(null, 2, 'asc')).toEqual(['12', true, '2'])
    expect(await ids('2', 3, 'asc')).toEqual(['345', false, undefined])
    expect(await ids(null, 2, 'desc')).toEqual(['54', true, '4'])
    expect(await ids('4', 3, 'desc')).toEqual(['321', false, undefined])
    await store.deleteThreadItem('t', '4', ada)
    expect(await ids('4', 3, 'desc')).toEqual(['321', false, undefined])
  })

  it('saving one again replaces it in its place, also after it was deleted', async () => {
    await makeThread()
    for (const id of ['1', '2']) await store.addThreadItem('t', item('user_message', id), ada)
    await store.saveItem('t', item('user_message', '1', { v: 2 }), ada)
    await store.deleteThreadItem('t', '1', ada)
    await expect(store.loadItem('t', '1', ada)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await store.addThreadItem('t', item('user_message', '1', { v: 3 }), ada)
    expect((await store.loadThreadItems('t', null, 10, 'asc', ada)).data).toEqual([
      item('user_message', '1', { v: 3 }),
      item('user_message', '2'),
    ])
  })

  it("of another user's thread: an empty page, not found, and no write gets through", async () => {
    await makeThread()
    await store.addThreadItem('t', item('user_message', '1'), ada)
    expect(await store.loadThreadItems('t', null, 10, 'asc', eve)).toEqual({ data: [], has_more: false })
    await expect(store.loadItem('t', '1', eve)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(store.saveItem('t', item('user_message', '1', { v: 'eve' }), eve)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    await store.deleteThreadItem('t', '1', eve)
    expect(await store.loadItem('t', '1', ada)).toEqual(item('user_message', '1'))
  })

  it('written by other means show as ChatKit messages, and what ChatKit writes can be found', async () => {
    await makeThread()
    await threadkeep.messages.append({ userId: 'ada' }, 't', { content: 'plain text' })
    await threadkeep.messages.append({ userId: 'ada' }, 't', {
      content: [{ type: 'text', text: 'an answer' }],
      role: 'assistant',
    })
    await store.addThreadItem(
      't',
      item('assistant_message', 'm', { content: [{ type: 'output_text', text: 'about zebras' }] }),
      ada,
    )
    const { data } = await store.loadThreadItems('t', null, 10, 'asc', ada)
    expect(data.map(({ type }) => type)).toEqual(['user_message', 'assistant_message', 'assistant_message'])
    await threadkeep.projections.settle()
    expect(
      (await threadkeep.search.messages({ userId: 'ada' }, { query: 'zebras' })).results.map(
        ({ message }) => message.id,
      ),
    ).toEqual(['m'])
  })
})

describe('attachments', () => {
  const picture = {
    id: 'att',
    name: 'a.png',
    mime_type: 'image/png',
    type: 'image',
    preview_url: 'https://example.org/a.png',
  }

  it('are saved, replaced, read by their owner only, and deleted', async () => {
    await store.saveAttachment(picture, ada)
    await store.saveAttachment({ ...picture, name: 'b.png', upload_url: null }, ada)
    expect(await store.loadAttachment('att', ada)).toMatchObject({
      id: 'att',
      name: 'b.png',
      mime_type: 'image/png',
      type: 'image',
    })
    await expect(store.loadAttachment('att', eve)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(store.saveAttachment({ ...picture, name: 'eve' }, eve)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await store.deleteAttachment('att', eve)
    expect(await store.loadAttachment('att', ada)).toMatchObject({ name: 'b.png' })
    await store.deleteAttachment('att', ada)
    await expect(store.loadAttachment('att', ada)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})
