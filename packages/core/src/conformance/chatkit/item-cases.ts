import type { DomainCase } from '../domain/domain-case.ts'
import { rejects, same } from '../expect.ts'
import { ada, chatKitCase, eve, item, outline } from './chatkit-case.ts'

/** Every type of item that ChatKit knows, and one of tomorrow, with what it cannot be without. */
const bodies: Readonly<Record<string, object>> = {
  user_message: { inference_options: { model: null }, attachments: [], quoted_text: null },
  assistant_message: {},
  client_tool_call: { name: 'lookup', call_id: 'c1', arguments: {}, status: 'pending', output: null },
  widget: { widget: { type: 'Card' }, copy_text: null },
  workflow: { workflow: { type: 'custom', tasks: [] } },
  task: { task: { type: 'custom', title: 'x' } },
  hidden_context_item: {},
  sdk_hidden_context: {},
  end_of_turn: {},
  generated_image: { image: null },
  structured_input: {},
  type_of_tomorrow: {},
}

/** Items. */
export const chatKitItemCases: readonly DomainCase[] = [
  chatKitCase('an item of any type comes back as it went in', async ({ chatKit, thread }) => {
    await thread()
    const saved = Object.entries(bodies).map(([type, body]) =>
      item(type, `i-${type}`, { content: [{ type: 'input_text', text: 'Hello' }], odd: { __proto__x: null }, ...body }),
    )
    for (const one of saved) await chatKit.addThreadItem('t', one, ada)
    for (const one of saved) same(await chatKit.loadItem('t', one.id, ada), one, one.type)
    same((await chatKit.loadThreadItems('t', null, 50, 'asc', ada)).data, saved, 'and in pages')
  }),
  chatKitCase('items come in pages by place, both ways, `after` exclusive and there only with more', async (world) => {
    const { chatKit, thread } = world
    await thread()
    for (const id of ['1', '2', '3', '4', '5']) await chatKit.addThreadItem('t', item('user_message', id), ada)
    const page = async (after: string | null, limit: number, order: 'asc' | 'desc') =>
      outline(await chatKit.loadThreadItems('t', after, limit, order, ada))
    same(await page(null, 2, 'asc'), ['1 2', true, '2'], 'first')
    same(await page('2', 3, 'asc'), ['3 4 5', false, null], 'the rest')
    same(await page(null, 2, 'desc'), ['5 4', true, '4'], 'from the end')
    same(await page('4', 3, 'desc'), ['3 2 1', false, null], 'and its rest')
    await chatKit.deleteThreadItem('t', '4', ada)
    same(await page('4', 3, 'desc'), ['3 2 1', false, null], 'after a deleted one')
    await rejects(() => page('nothing', 3, 'asc'), 'NOT_FOUND', 'after nothing')
    await rejects(() => page(null, 0, 'asc'), 'INVALID_LIMIT', 'none')
  }),
  chatKitCase('as many items as are asked for are read at once', async ({ chat, chatKit, thread }) => {
    await thread()
    const ids = Array.from({ length: 230 }, (_, n) => `m${n}`)
    for (const part of [ids.slice(0, 100), ids.slice(100, 200), ids.slice(200)]) {
      await chat.messages.appendMany(
        { userId: 'ada' },
        't',
        part.map((id) => ({ id, content: id })),
      )
    }
    const page = async (after: string | null, limit: number, order: 'asc' | 'desc') =>
      outline(await chatKit.loadThreadItems('t', after, limit, order, ada))
    same(await page(null, 1_000, 'asc'), [ids.join(' '), false, null], 'all')
    same(await page('m9', 210, 'asc'), [ids.slice(10, 220).join(' '), true, 'm219'], 'some')
    same(await page(null, 229, 'desc'), [ids.slice(1).toReversed().join(' '), true, 'm1'], 'backwards')
  }),
  chatKitCase(
    'saving an item again replaces it in its place, its type too, also after it was deleted',
    async (world) => {
      const { chatKit, thread } = world
      await thread()
      const widget = { widget: { type: 'Card' } }
      await chatKit.addThreadItem('t', item('widget', '1', widget), ada)
      await chatKit.addThreadItem('t', item('user_message', '2'), ada)
      await chatKit.saveItem('t', item('assistant_message', '1', { content: [], v: 2 }), ada)
      same(await chatKit.loadItem('t', '1', ada), item('assistant_message', '1', { content: [], v: 2 }), 'another type')
      await rejects(() => chatKit.saveItem('t', item('widget', '1'), ada), 'INVALID_CONTENT', 'which it must fit')
      await chatKit.deleteThreadItem('t', '1', ada)
      await rejects(() => chatKit.loadItem('t', '1', ada), 'NOT_FOUND', 'deleted')
      await chatKit.addThreadItem('t', item('widget', '1', widget), ada)
      const { data } = await chatKit.loadThreadItems('t', null, 10, 'asc', ada)
      same(data, [item('widget', '1', widget), item('user_message', '2')], 'in its place')
    },
  ),
  chatKitCase("of another user's thread there is an empty page, and no write gets through", async (world) => {
    const { chatKit, thread } = world
    await thread()
    await chatKit.addThreadItem('t', item('user_message', '1'), ada)
    same(outline(await chatKit.loadThreadItems('t', null, 10, 'asc', eve)), ['', false, null], 'a page')
    await rejects(() => chatKit.loadItem('t', '1', eve), 'NOT_FOUND', 'an item')
    for (const type of ['user_message', 'assistant_message', 'end_of_turn'])
      await rejects(() => chatKit.saveItem('t', item(type, '1', { v: 'eve' }), eve), 'NOT_FOUND', type)
    await chatKit.deleteThreadItem('t', '1', eve)
    same(await chatKit.loadItem('t', '1', ada), item('user_message', '1'), 'as it was')
  }),
  chatKitCase('messages written by other means show, and what ChatKit writes is found', async (world) => {
    const { chat, chatKit, thread } = world
    await thread()
    const actor = { userId: 'ada' }
    await chat.messages.append(actor, 't', { content: 'plain text' })
    await chat.messages.append(actor, 't', { content: [{ type: 'text', text: 'an answer' }], role: 'assistant' })
    const answer = item('assistant_message', 'm', { content: [{ type: 'output_text', text: 'about zebras' }] })
    await chatKit.addThreadItem('t', answer, ada)
    const { data } = await chatKit.loadThreadItems('t', null, 10, 'asc', ada)
    same(
      data.map(({ type, content }) => [type, content]),
      [
        ['user_message', [{ type: 'input_text', text: 'plain text' }]],
        ['assistant_message', [{ type: 'output_text', text: 'an answer', annotations: [] }]],
        ['assistant_message', answer['content']],
      ],
      'as items',
    )
    await chat.projections.settle()
    const { results } = await chat.search.messages(actor, { query: 'zebras' })
    same(
      results.map(({ message }) => message.id),
      ['m'],
      'found',
    )
  }),
]
