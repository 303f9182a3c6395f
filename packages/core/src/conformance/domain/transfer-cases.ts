import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import type { Threadkeep } from '../../domain/create-threadkeep.ts'
import type { Actor } from '../../domain/kernel/actor.ts'
import type { ExportOptions } from '../../domain/transfer/transfer.types.ts'
import { ok, rejects, same } from '../expect.ts'
import { file } from './attachment-cases.ts'
import { crashAfter } from './crash-after.ts'
import type { DomainCase } from './domain-case.ts'
import { domainCase } from './domain-case.ts'
import { ada, admin, bob, codeOf, cyd, day, say, sayMany, second, stranger, texts, thread } from './people.ts'

/** A row of an export as a foreign reader sees it. */
export interface Line {
  type: string
  [field: string]: unknown
}

/** Export and import. */
export const transferCases: readonly DomainCase[] = [
  domainCase(
    'what an admin exports of a user is imported elsewhere without loss, and exports the same again',
    async ({ chat, clock, elsewhere }) => {
      await rich(chat, clock)
      clock.advance(day)
      for (const options of [
        {},
        { format: 'json' as const },
        { gzip: true },
        { format: 'json' as const, gzip: true },
      ]) {
        const claim = JSON.stringify(options)
        const target = await elsewhere()
        const before = await exported(chat, admin, { userId: 'ada', ...options })
        const report = await target.chat.transfer.import(admin, chunks(before, 1_000))
        same([report.errors, report.failed, report.dryRun], [[], 0, false], `${claim}: no row fails`)
        const lines = linesOf(await exported(chat, admin, { userId: 'ada' }))
        same(report.rows, lines.filter(({ type }) => type !== 'bytes').length, `${claim}: every row`)
        same([report.users, report.threads], [1, 4], `${claim}: counted`)
        const copy = linesOf(await exported(target.chat, admin, { userId: 'ada' }))
        for (const [n, line] of lines.entries()) same(copy[n], line, `${claim}: row ${n}`)
        const again = await target.chat.transfer.import(admin, chunks(before, 77))
        same([again.imported, again.failed], [0, 0], `${claim}: again, nothing is left to do`)
        same(
          (await target.chat.threads.direct(ada, 'bob')).id,
          (await chat.threads.direct(ada, 'bob')).id,
          `${claim}: the direct thread is the one`,
        )
        await rejects(() => target.chat.users.get(bob, 'ada'), 'NOT_FOUND', `${claim}: blocked`)
        await rejects(() => say(target.chat, bob, 'direct', 'x'), 'FORBIDDEN', `${claim}: also in the direct thread`)
        await target.chat.projections.settle()
        same((await target.chat.search.messages(ada, { query: 'needle' })).results.length, 1, `${claim}: indexed`)
        const [one, other] = [await chat.stats.thread(ada, 'big'), await target.chat.stats.thread(ada, 'big')]
        same({ ...one, asOf: 0 }, { ...other, asOf: 0 }, `${claim}: the same statistics`)
        const next = await say(target.chat, ada, 'big', 'goes on')
        same(next.seq, 128, `${claim}: its numbers go on`)
      }
    },
  ),
  domainCase('an export is text that ends with its manifest, and can be read without us', async ({ chat, clock }) => {
    const { id } = await thread(chat, { title: 'T' })
    await sayMany(chat, ada, id, 3)
    const plain = await exported(chat, ada, { threadId: id })
    const lines = linesOf(plain)
    same(
      lines.map(({ type }) => type),
      ['thread', 'message', 'message', 'message'],
      'rows',
    )
    const body = plain.subarray(0, plain.lastIndexOf('\n', plain.length - 2) + 1)
    const manifest = JSON.parse(plain.subarray(body.length).toString()) as Line
    same(
      manifest,
      {
        type: 'manifest',
        format: 'threadkeep-export',
        formatVersion: 1,
        exportedAt: clock.now(),
        threads: 1,
        messages: 3,
        users: 0,
        sha256: createHash('sha256').update(body).digest('hex'),
      },
      'the manifest',
    )
    const json = JSON.parse((await exported(chat, ada, { threadId: id, format: 'json' })).toString()) as {
      records: Line[]
      manifest: Line
    }
    same(json.records, lines, 'the same rows in one document')
    same(json.manifest['sha256'], manifest['sha256'], 'with the same checksum')
    const zipped = await exported(chat, ada, { threadId: id, gzip: true })
    same(gunzipSync(zipped).toString('utf8'), plain.toString('utf8'), 'gzipped')
    same(linesOf(await exported(chat, stranger)), [], 'nothing of one who has nothing')
    for (const [actor, options, code] of [
      [stranger, { threadId: id }, 'NOT_FOUND'],
      [ada, { threadId: 'none' }, 'NOT_FOUND'],
      [bob, { userId: 'ada' }, 'FORBIDDEN'],
      [ada, { format: 'xml' }, 'INVALID'],
      [ada, { signal: AbortSignal.abort() }, 'ABORTED'],
    ] as [Actor, object, string][])
      same(await codeOf(() => exported(chat, actor, options)), code, JSON.stringify(options))
    for await (const _ of chat.transfer.export(ada, { gzip: true })) break
  }),
  domainCase(
    'an export shows what its actor may see: no deleted, expired or hidden items, no private markers of others',
    async ({ chat, clock }) => {
      const { id } = await thread(chat, { members: [{ userId: 'bob' }] })
      const gone = await say(chat, ada, id, 'deleted')
      await say(chat, ada, id, 'expired', { ttl: 5 })
      await say(chat, ada, id, 'kept')
      await chat.messages.append(admin, id, { kind: 'hidden_context', role: 'system', data: {} })
      await chat.messages.delete(ada, id, gone.id)
      await chat.messages.markRead(bob, id, { seq: 1 })
      await chat.messages.markRead(bob, id, { seq: 3 }, { private: true })
      await chat.threads.archive(bob, id)
      clock.advance(5 * second)
      const of = async (actor: Actor) => {
        const lines = linesOf(await exported(chat, actor, { threadId: id }))
        const said = lines.filter(({ type }) => type === 'message').map(({ message }) => (message as Line)['content'])
        const member = (lines[0]!['members'] as Line[]).find(({ userId }) => userId === 'bob')
        return [said, member?.['readSeq'], member?.['publicReadSeq'] ?? null, member?.['archived'] ?? null]
      }
      same(await of(ada), [['kept'], 1, null, null], 'the other')
      same(await of(bob), [['kept'], 3, 1, true], 'oneself')
      same(
        (await of({ userId: 'ada', scopes: ['items:hidden'] }))[0],
        ['kept', undefined],
        'hidden items with the scope',
      )
    },
  ),
  domainCase('a dry run says what would happen and writes nothing', async ({ chat, clock, elsewhere }) => {
    await rich(chat, clock)
    const before = await exported(chat, admin, { userId: 'ada' })
    const target = await elsewhere()
    const dry = await target.chat.transfer.import(admin, chunks(before, 500), { dryRun: true })
    same((await target.chat.threads.list(ada)).items, [], 'nothing')
    same(await Array.fromAsync(target.blobs.list()), [], 'no bytes either')
    const wet = await target.chat.transfer.import(admin, chunks(before, 500))
    same({ ...dry, jobId: '', dryRun: false }, { ...wet, jobId: '' }, 'but the same report')
    const after = await target.chat.transfer.import(admin, chunks(before, 500), { dryRun: true })
    same([after.imported, after.skipped], [0, wet.rows], 'and then: all is there')
  }),
  domainCase('an import goes on where it was interrupted, wherever that was', async ({ chat, clock, elsewhere }) => {
    await rich(chat, clock)
    const before = await exported(chat, admin, { userId: 'ada' })
    const expected = linesOf(before)
    for (const allowed of [0, 1, 2, 3, 4, 6, 9, 13, 20, 30]) {
      const target = await elsewhere()
      const options = { jobId: 'job', batchSize: 10 }
      const crashing = target.open({ store: crashAfter(target.store, allowed), projector: 'external' })
      await codeOf(() => crashing.transfer.import(admin, chunks(before, 333), options))
      const report = await target.chat.transfer.import(admin, chunks(before, 333), options)
      same(report.errors, [], `after ${allowed} commits: no row fails`)
      const copy = linesOf(await exported(target.chat, admin, { userId: 'ada' }))
      same(copy.length, expected.length, `after ${allowed} commits: nothing is missing`)
      for (const [n, line] of expected.entries()) same(copy[n], line, `after ${allowed} commits: row ${n}`)
    }
    const cut = await elsewhere()
    const half = before.subarray(0, Math.floor(before.length / 2))
    await rejects(
      () => cut.chat.transfer.import(admin, chunks(half, 333), { jobId: 'job' }),
      'INVALID',
      'a file cut short',
    )
    await cut.chat.transfer.import(admin, chunks(before, 333), { jobId: 'job' })
    same(linesOf(await exported(cut.chat, admin, { userId: 'ada' })).length, expected.length, 'then whole')
  }),
  domainCase(
    'an import that is paused again and again gets to its end, and loses nothing',
    async ({ chat, clock, elsewhere }) => {
      await rich(chat, clock)
      const before = await exported(chat, admin, { userId: 'ada' })
      const target = await elsewhere()
      const options = { jobId: 'job', batchSize: 2, pause: AbortSignal.abort() }
      let turns = 0
      for (let finished = false; !finished; turns++) {
        const report = await target.chat.transfer.import(admin, chunks(before, 333), options)
        same(report.errors, [], `turn ${turns}: no row fails`)
        finished = report.finished
        ok(turns < 1_000, 'each turn gets further')
      }
      ok(turns > 5, 'it was paused')
      const copy = await exported(target.chat, admin, { userId: 'ada' })
      same(linesOf(copy), linesOf(before), 'nothing is missing')
    },
  ),
  domainCase('progress is told, and an import can be given up', async ({ chat, elsewhere }) => {
    const { id } = await thread(chat)
    await sayMany(chat, ada, id, 100)
    const before = await exported(chat, ada)
    const target = await elsewhere()
    const told: number[] = []
    await target.chat.transfer.import(ada, chunks(before, 999), {
      batchSize: 25,
      onProgress: ({ imported }) => told.push(imported),
    })
    same(
      told,
      told.toSorted((a, b) => a - b),
      'it only grows',
    )
    same(told[told.length - 1], 101, 'to the end')
    ok(told.length >= 4, 'on the way')
    await rejects(
      () => target.chat.transfer.import(ada, chunks(before, 9), { signal: AbortSignal.abort() }),
      'ABORTED',
      'given up',
    )
    for (const batchSize of [0, 501, 1.5])
      await rejects(
        () => target.chat.transfer.import(ada, chunks(before, 9), { batchSize }),
        'INVALID_LIMIT',
        `batchSize ${batchSize}`,
      )
  }),
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
  domainCase('files travel with their bytes; damaged ones are not taken', async ({ chat, elsewhere }) => {
    const { id } = await thread(chat)
    const text = 'x'.repeat(200_000)
    const one = await file(chat, ada, text)
    await say(chat, ada, id, 'x', { id: 'm', attachments: [one.id] })
    const before = await exported(chat, ada)
    const target = await elsewhere()
    await target.chat.transfer.import(ada, chunks(before, 10_000))
    const copy = await target.chat.attachments.read(ada, one.id)
    same(Buffer.concat(await Array.fromAsync(copy.bytes)).toString(), text, 'the bytes')
    same({ ...copy.attachment }, { ...(await chat.attachments.get(ada, one.id)) }, 'and what is known of them')
    const lines = linesOf(before)
    const damaged = lines.map((line) =>
      line.type === 'bytes' ? { ...line, data: `${String(line['data']).slice(0, -8)}AAAAAAAA` } : line,
    )
    const other = await elsewhere()
    const report = await other.chat.transfer.import(ada, chunks(fileOf(damaged), 10_000))
    same(
      report.errors.map(({ code }) => code),
      ['INVALID'],
      'damaged bytes',
    )
    same((await other.chat.messages.get(ada, id, 'm')).attachments, [one.id], 'the message is there')
    await rejects(() => other.chat.attachments.get(ada, one.id), 'NOT_FOUND', 'the file is not')
    await other.chat.transfer.import(ada, chunks(before, 10_000))
    same((await other.chat.attachments.get(ada, one.id)).size, 200_000, 'and comes with the next import')
  }),
  domainCase(
    'only an admin imports what is another’s; nobody takes a thread that is not theirs',
    async ({ chat, elsewhere }) => {
      const { id } = await thread(chat, { members: [{ userId: 'bob', role: 'editor' }] })
      await say(chat, ada, id, 'by ada')
      await say(chat, bob, id, 'by bob')
      await say(chat, bob, id, 'by a bot', { role: 'assistant', authorId: 'bot' })
      await chat.messages.feedback(bob, id, [(await chat.messages.newest(ada, id, 1))[0]!.id], 'positive')
      const before = await exported(chat, ada)
      const target = await elsewhere()
      const report = await target.chat.transfer.import(ada, chunks(before, 500))
      same(
        report.errors.map(({ code }) => code),
        ['FORBIDDEN'],
        'what bob said',
      )
      same(texts(await target.chat.messages.newest(ada, id, 9)), ['by ada', 'by a bot'], 'the rest')
      same(
        await target.chat.messages.feedbackOf(ada, id, (await target.chat.messages.newest(ada, id, 1))[0]!.id),
        [],
        'nor what he thinks',
      )
      const stolen = await (await elsewhere()).chat.transfer.import(bob, chunks(before, 500))
      same([stolen.threads, stolen.messages], [0, 0], 'another’s thread')
      await chat.threads.create(cyd, { id: 'taken' })
      await say(chat, cyd, 'taken', 'secret')
      const forged = fileOf(linesOf(before).map((line) => JSON.parse(JSON.stringify(line).replaceAll(id, 'taken'))))
      const attempt = await chat.transfer.import(ada, chunks(forged, 500))
      same(attempt.errors[0]?.code, 'THREAD_EXISTS', 'a thread that is there')
      same((await chat.messages.newest(cyd, 'taken', 9)).length, 1, 'is not touched')
      const dry = await chat.transfer.import(ada, chunks(forged, 500), { dryRun: true })
      same(dry.errors[0]?.code, 'THREAD_EXISTS', 'nor told of')
    },
  ),
]

/** Everything that a user can have, in a few records. */
async function rich(chat: Threadkeep, clock: { advance(millis: number): number }): Promise<void> {
  await chat.users.create(admin, 'ada', { name: 'Ada', email: 'ada@x', preferences: { a: 1 }, metadata: { b: [2] } })
  clock.advance(second)
  await chat.users.update(ada, 'ada', { role: 'engineer' })
  await chat.threads.create(ada, {
    id: 'empty',
    title: 'Empty',
    metadata: { a: { b: 1 } },
    retention: { maxMessages: 500 },
  })
  clock.advance(second)
  const direct = await chat.transfer.import(
    admin,
    chunks(
      fileOf([
        {
          type: 'thread',
          thread: {
            id: 'direct',
            title: 'New conversation',
            status: { type: 'active' },
            ownerId: 'ada',
            metadata: {},
            createdAt: 1,
            updatedAt: 2,
            lastActivityAt: 2,
            seq: 0,
            direct: true,
          },
          members: [
            { userId: 'ada', role: 'owner', joinedAt: 1, readSeq: 0, deliveredSeq: 0 },
            { userId: 'bob', role: 'owner', joinedAt: 1, readSeq: 0, deliveredSeq: 0 },
          ],
        },
      ]),
      99,
    ),
  )
  same(direct.failed, 0, 'a direct thread by import')
  await say(chat, bob, 'direct', 'hello')
  await chat.threads.create(bob, { id: 'shared', members: [{ userId: 'ada', role: 'viewer' }, { userId: 'cyd' }] })
  await sayMany(chat, bob, 'shared', 3)
  await chat.threads.setStatus(bob, 'shared', { type: 'closed', reason: 'done' })
  await chat.messages.markRead(ada, 'shared', { seq: 1 })
  await chat.messages.markDelivered(ada, 'shared', 3)
  await chat.messages.markRead(ada, 'shared', { seq: 3 }, { private: true })
  await chat.threads.mute(ada, 'shared')
  await chat.threads.archive(ada, 'shared')
  await chat.threads.create(ada, { id: 'big', members: [{ userId: 'bob', role: 'editor' }] })
  for (let n = 0; n < 12; n++) {
    clock.advance(second)
    await chat.messages.appendMany(
      ada,
      'big',
      Array.from({ length: 10 }, (_, i) => ({
        content: `${n} ${i}`,
        ...(i % 3 === 0 && { role: 'assistant' as const }),
      })),
    )
  }
  const one = await file(chat, ada, 'the bytes of a file')
  await say(chat, ada, 'big', 'needle', {
    id: 'm',
    metadata: { a: [1] },
    attachments: [one.id],
    clientId: 'c',
    ttl: 1e7,
  })
  clock.advance(second)
  await chat.messages.edit(ada, 'big', 'm', { content: 'a needle', metadata: { b: 2 } })
  await chat.messages.edit(bob, 'big', 'm', { content: [{ type: 'text', text: 'a needle again' }] })
  await say(chat, bob, 'big', 'reply', { replyTo: 'm' })
  const gone = await say(chat, ada, 'big', 'gone')
  await chat.messages.delete(ada, 'big', gone.id, { mode: 'hard' })
  await chat.messages.append(bob, 'big', { kind: 'task', role: 'assistant', data: { task: { a: 1 } } })
  await chat.messages.append(bob, 'big', { kind: 'unknown.kind', data: { x: [null] }, role: 'tool', authorId: 'bot' })
  await chat.messages.append(admin, 'big', { kind: 'hidden_context', role: 'system', data: { x: 1 } })
  await chat.messages.feedback(bob, 'big', ['m'], 'positive')
  await chat.messages.feedback(ada, 'big', ['m'], 'negative')
  await chat.users.block(ada, 'bob')
  clock.advance(second)
  await say(chat, ada, 'big', 'the last')
  await chat.projections.settle()
}

/** An export, whole. */
export async function exported(chat: Threadkeep, actor: Actor, options: ExportOptions = {}): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(chat.transfer.export(actor, options)))
}

/** The rows of an export. */
export function linesOf(bytes: Buffer): Line[] {
  return bytes
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
    .filter(({ type }) => type !== 'manifest')
}

/** A file of rows with a right manifest. */
export function fileOf(rows: readonly unknown[]): Buffer {
  const body = rows.map((row) => `${JSON.stringify(row)}\n`).join('')
  const sha256 = createHash('sha256').update(body).digest('hex')
  return Buffer.from(
    `${body}${JSON.stringify({ type: 'manifest', format: 'threadkeep-export', formatVersion: 1, sha256 })}\n`,
  )
}

/** Bytes in pieces, as they come over a network. */
export async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}
