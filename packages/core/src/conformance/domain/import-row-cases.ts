import { same } from '../expect.ts'
import type { DomainCase } from './domain-case.ts'
import { domainCase } from './domain-case.ts'
import { chunks, exported, fileOf } from './exported-file.ts'
import { ada, bob, codeOf, say, sayMany, texts, thread } from './people.ts'

/** Imports of rows and files that are not as they should be. */
export const importRowCases: readonly DomainCase[] = [
  domainCase('rows stand alone: a bad one is reported with its number and stops no other', async ({ chat }) => {
    const at = Date.now()
    const message = (id: string, seq: number, rest: object = {}) => ({
      type: 'message',
      message: {
        id,
        threadId: 't',
        seq,
        kind: 'message',
        role: 'user',
        authorId: 'ada',
        content: id,
        metadata: {},
        attachments: [],
        createdAt: at,
        edits: 0,
        ...rest,
      },
    })
    const head = {
      id: 't',
      title: 'T',
      status: { type: 'active' },
      ownerId: 'ada',
      metadata: {},
      createdAt: at,
      updatedAt: at,
      lastActivityAt: at,
      seq: 99,
      direct: false,
    }
    const rows: unknown[] = [
      { type: 'user', user: { id: 'ada', createdAt: at, updatedAt: at } },
      { type: 'user', user: { id: 'bob', createdAt: at, updatedAt: at } },
      { type: 'user', user: { id: 7 } },
      message('early', 1),
      { type: 'thread', thread: head, members: [] },
      message('good', 1),
      message('bad seq', -1),
      message('huge seq', 1e12),
      message('far future', 2, { createdAt: 1e18 }),
      message('no day', 2, { createdAt: 8_640_000_000_000_001 }),
      message('bad kind', 3, { kind: 'Bad Kind!' }),
      message('blank', 3, { content: ' ' }),
      message('bad role', 3, { role: 'robot' }),
      message('another', 3, { authorId: 'bob' }),
      message('bad metadata', 3, { metadata: { a: 'x'.repeat(20_000) } }),
      message('good', 4),
      message('taken seq', 1),
      message('surplus', 5, { version: 'x', evil: true, deletedAt: 1, edits: 1e9, replyTo: 'x' }),
      message('bad reply', 6, { replyTo: {} }),
      {
        type: 'attachment',
        attachment: {
          id: 'f',
          ownerId: 'ada',
          name: 'f',
          mimeType: 'a/b',
          threadId: 'foreign',
          messageId: 'm',
          createdAt: at,
        },
      },
      {
        type: 'attachment',
        attachment: {
          id: 'g',
          ownerId: 'ada',
          name: 'f',
          mimeType: 'a/b',
          threadId: 't',
          messageId: 'good',
          createdAt: at,
        },
      },
      { type: 'bytes', data: 'eA==' },
      { type: 'unknown' },
      null,
      'text',
      [],
      message('last', 7),
      { type: 'thread', thread: { ...head, id: 'other', ownerId: 'bob' }, members: [] },
      { type: 'message', message: { ...message('behind it', 1).message, threadId: 'other' } },
    ]
    await chat.threads.create(bob, { id: 'foreign' })
    await say(chat, bob, 'foreign', 'x', { id: 'm' })
    const report = await chat.transfer.import(ada, chunks(fileOf(rows), 100))
    const codes = new Map(report.errors.map(({ row, code }) => [row, code]))
    const expected: [number, string][] = [
      [2, 'FORBIDDEN'],
      [3, 'INVALID'],
      [4, 'INVALID'],
      [7, 'INVALID'],
      [8, 'INVALID'],
      [9, 'INVALID'],
      [10, 'INVALID'],
      [11, 'INVALID'],
      [12, 'INVALID_CONTENT'],
      [13, 'INVALID'],
      [14, 'FORBIDDEN'],
      [15, 'INVALID_METADATA'],
      [19, 'INVALID_ID'],
      [20, 'INVALID'],
      [21, 'INVALID'],
      [23, 'INVALID'],
      [24, 'INVALID'],
      [25, 'INVALID'],
      [26, 'INVALID'],
      [28, 'FORBIDDEN'],
      [29, 'INVALID'],
    ]
    for (const [row, code] of expected) same(codes.get(row), code, `row ${row}`)
    same([codes.size, report.failed], [expected.length, expected.length], 'and no other')
    same(texts((await chat.messages.page(ada, 't')).items), ['good', 'surplus', 'last', 'taken seq'], 'the good ones')
    const surplus = await chat.messages.get(ada, 't', 'surplus')
    same(
      [surplus.edits, 'evil' in surplus, surplus.deletedAt],
      [0, false, undefined],
      'fields that it does not know are left behind',
    )
    same(await chat.messages.edits(ada, 't', 'surplus'), [], 'and a claim of edits is not believed')
    await chat.projections.settle()
  }),
  domainCase('what is no export, or a damaged one, is INVALID', async ({ chat, elsewhere }) => {
    const { id } = await thread(chat)
    await sayMany(chat, ada, id, 20)
    const whole = await exported(chat, ada)
    const zipped = await exported(chat, ada, { gzip: true })
    const changed = Buffer.from(whole.toString().replace('"content":"7"', '"content":"8"'))
    const bad: [string, Uint8Array][] = [
      ['nothing', new Uint8Array()],
      ['text', Buffer.from('hello')],
      ['json', Buffer.from('{}')],
      ['cut short', whole.subarray(0, whole.length - 100)],
      ['changed', changed],
      ['no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x0a])],
      ['half a gzip', zipped.subarray(0, zipped.length - 20)],
      ['a bad gzip', Buffer.concat([zipped.subarray(0, 40), Buffer.from('xxxxxxxx'), zipped.subarray(48)])],
    ]
    const target = await elsewhere()
    for (const [what, bytes] of bad) {
      const answer = await codeOf(() => target.chat.transfer.import(ada, chunks(bytes, 64)))
      same(answer, 'INVALID', what)
    }
  }),
]
