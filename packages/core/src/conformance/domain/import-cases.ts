import type { Threadkeep } from '../../domain/create-threadkeep.ts'
import { createThreadkeep } from '../../domain/create-threadkeep.ts'
import type { Actor } from '../../domain/kernel/actor.ts'
import { names } from '../../domain/kernel/names.ts'
import type { ImportOptions, ImportReport } from '../../domain/transfer/transfer.types.ts'
import { ok, rejects, same } from '../expect.ts'
import { bytes, content, file } from './attachment-cases.ts'
import type { DomainCase } from './domain-case.ts'
import { domainCase } from './domain-case.ts'
import { chunks, exported, fileOf, linesOf } from './exported-file.ts'
import { meanwhile } from './meanwhile.ts'
import { ada, admin, bob, codeOf, hour, say, sayMany, second, texts, thread } from './people.ts'

/** What an import holds to, row by row; and what a Threadkeep does without a blob store or an index. */
export const importCases: readonly DomainCase[] = [
  domainCase('two users who import under one job id do not share how far they got', async ({ chat, elsewhere }) => {
    const target = await elsewhere()
    const files = new Map<Actor, Buffer>()
    for (const actor of [ada, bob]) {
      const { id } = await chat.threads.create(actor)
      await sayMany(chat, actor, id, 5)
      files.set(actor, await exported(chat, actor))
    }
    const [first, other, again] = [
      await target.chat.transfer.import(ada, chunks(files.get(ada)!, 99), { jobId: 'job' }),
      await target.chat.transfer.import(bob, chunks(files.get(bob)!, 99), { jobId: 'job' }),
      await target.chat.transfer.import(ada, chunks(files.get(ada)!, 99), { jobId: 'job' }),
    ]
    same([first.imported, other.imported], [6, 6], 'each all of its own')
    same([again.imported, again.skipped], [0, 6], 'and again: nothing is left to do')
    same((await target.chat.threads.list(bob)).items.length, 1, 'there')
  }),
  domainCase('a thread comes with where it was forked from, its markers, and its hold', async ({ chat, clock }) => {
    const rows = [
      head(clock.now(), { forkedFrom: { threadId: 'source', messageId: 'm' }, legalHold: true }, [
        { userId: 'ada', role: 'owner', readSeq: 1 },
        { userId: 'bob', role: 'viewer', readSeq: 1, publicReadSeq: 0 },
      ]),
      said(1, clock.now(), { expiresAt: clock.now() + hour }),
    ]
    const forged = [head(clock.now(), { id: 'forged', legalHold: true }, [])]
    same((await take(chat, ada, forged)).imported, 1, 'by a user')
    same((await chat.threads.get(ada, 'forged')).legalHold ?? false, false, 'without the hold: only an admin sets one')
    same((await take(chat, admin, rows)).imported, 2, 'by an admin')
    const made = await chat.threads.get(ada, 't')
    same([made.forkedFrom, made.legalHold], [{ threadId: 'source', messageId: 'm' }, true], 'whence, and held')
    const markers = (await chat.messages.receipts(ada, 't')).map(({ userId, readSeq }) => [userId, readSeq])
    same(
      markers.toSorted(),
      [
        ['ada', 1],
        ['bob', 0],
      ],
      'what others see of the markers',
    )
    clock.advance(2 * hour)
    same(texts((await chat.messages.page(ada, 't')).items), ['1'], 'what is held does not expire')
    same((await take(chat, admin, [rows[0], said(2, clock.now(), { expiresAt: 1 })])).imported, 1, 'nor is it left out')
    await chat.threads.setLegalHold(admin, 't', false)
    same((await take(chat, admin, [rows[0], said(3, clock.now(), { expiresAt: 1 })])).skipped, 2, 'as it is elsewhere')
  }),
  domainCase(
    'a thread that somebody makes during its import is taken for the one',
    async ({ chat, clock, open, store }) => {
      const slow = open({ store: meanwhile(store, names.threads, () => thread(chat, { id: 't', title: 'first' })) })
      const report = await take(slow, ada, [head(clock.now(), {}, []), said(1, clock.now())])
      same([report.threads, report.messages, report.failed], [0, 1, 0], 'its messages come into it')
      same((await chat.threads.get(ada, 't')).title, 'first', 'as it was made')
      const dry = await take(chat, ada, [head(clock.now(), {}, []), said(1, clock.now()), said(2, clock.now())], {
        dryRun: true,
      })
      same([dry.imported, dry.skipped], [1, 2], 'a dry run tells what is new in it')
      same((await chat.messages.page(ada, 't')).items.length, 1, 'and writes nothing')
    },
  ),
  domainCase(
    'more members than one commit takes come all, once, up to the limit',
    async ({ chat, clock, open }) => {
      const members = Array.from({ length: 1_010 }, (_, n) => ({ userId: `m${n}`, role: 'viewer', readSeq: 0 }))
      const rows = [head(clock.now(), {}, [...members, members[1_005]!])]
      same((await take(chat, admin, rows)).failed, 0, 'all')
      same((await chat.threads.get(ada, 't')).memberCount, 1_011, 'once')
      const small = open({ limits: { maxMembers: 1_005 } })
      const report = await take(small, admin, [head(clock.now(), { id: 'full' }, members)])
      same(report.errors[0]?.code, 'INVALID_LIMIT', 'more than a thread takes')
    },
    { sound: false },
  ),
  domainCase('what no append would take no import takes, also dry', async ({ chat, clock, open }) => {
    const small = open({ limits: { maxAttachmentsPerMessage: 2, maxAttachmentBytes: 10 } })
    const now = clock.now()
    const { content: _, ...empty } = said(2, now).message
    const rows = [
      head(now, {}, []),
      said(1, now),
      { type: 'message', message: empty },
      said(3, now, { attachments: ['a', 'b', 'c'] }),
      said(4, now, { attachments: ['f'] }),
      attached('f', 4, now),
      { type: 'bytes', data: Buffer.from('more than ten bytes').toString('base64') },
      attached('g', 4, now, { external: 'yes', name: 7 }),
      { type: 'thread', thread: { id: 't2' }, members: [] },
    ]
    const expected = ['INVALID_CONTENT', 'INVALID_LIMIT', 'TOO_LARGE', 'INVALID', 'INVALID'].toSorted()
    for (const dryRun of [true, false]) {
      const report = await take(small, ada, rows, { dryRun })
      same(report.errors.map(({ code }) => code).toSorted(), expected, `dry: ${dryRun}`)
    }
    same(texts((await chat.messages.page(ada, 't')).items), ['1', '4'], 'the good ones')
  }),
  domainCase('an interrupted import does not read its files again', async ({ chat, elsewhere }) => {
    const { id } = await thread(chat)
    const one = await file(chat, ada, 'one')
    await say(chat, ada, id, 'x', { attachments: [one.id] })
    const other = await thread(chat)
    await say(chat, ada, other.id, 'y')
    const whole = await exported(chat, ada)
    const target = await elsewhere()
    const first = await target.chat.transfer.import(ada, chunks(whole, 50), { jobId: 'job' })
    const again = await target.chat.transfer.import(ada, chunks(whole, 50), { jobId: 'job' })
    same([first.rows, first.imported], [again.rows, again.skipped], 'counted the same, and skipped')
    same(await content(target.chat, ada, one.id), 'one', 'the file is there')
  }),
  domainCase('files kept elsewhere travel without bytes', async ({ chat, elsewhere }) => {
    const { id } = await thread(chat)
    const made = await chat.attachments.create(ada, {
      name: 'x',
      mimeType: 'a/b',
      external: true,
      metadata: { url: 'https://x' },
    })
    await say(chat, ada, id, 'x', { attachments: [made.id] })
    const target = await elsewhere()
    same((await target.chat.transfer.import(ada, chunks(await exported(chat, ada), 99))).imported, 3, 'taken')
    const copy = await target.chat.attachments.get(ada, made.id)
    same([copy.external, copy.metadata], [true, { url: 'https://x' }], 'as it was')
  }),
  domainCase(
    'without a blob store and an index all else works; files are neither exported nor imported',
    async ({ chat, clock, store, elsewhere }) => {
      const { id } = await thread(chat)
      const one = await file(chat, ada, 'one')
      await say(chat, ada, id, 'x', { attachments: [one.id] })
      const whole = await exported(chat, ada)
      const bare = createThreadkeep({ store, clock })
      bare.on('*', () => {
        throw new Error('own trouble')
      })
      await say(bare, ada, id, 'y')
      await bare.projections.settle()
      await bare.projections.rebuild()
      same((await bare.stats.thread(ada, id)).messageCount, 2, 'counted')
      same(
        linesOf(await exported(bare, ada)).map(({ type }) => type),
        ['thread', 'message', 'message'],
        'no file in an export',
      )
      const elsewhereToo = await bare.attachments.create(ada, { name: 'x', mimeType: 'a/b', external: true })
      clock.advance(48 * hour)
      same((await bare.jobs.uploads(admin)).removed, 0, 'files kept elsewhere are not collected')
      same((await bare.attachments.get(ada, elsewhereToo.id)).external, true, 'they need no blob store')
      same(await codeOf(() => bare.attachments.upload(ada, one.id, bytes('x'))), 'CONFLICT', 'complete is complete')
      await rejects(() => bare.attachments.create(ada, { name: 'x', mimeType: 'a/b' }), 'UNSUPPORTED', 'bytes need one')
      await bare.close()
      const target = await elsewhere()
      const other = createThreadkeep({ store: target.store, clock })
      const report = await other.transfer.import(ada, chunks(whole, 99))
      same([report.imported, report.skipped, report.failed], [2, 1, 0], 'a file is skipped')
      ok((await other.threads.list(ada)).items.length === 1, 'the rest is there')
      await other.close()
    },
  ),
]

/** Imports rows. */
function take(
  chat: Threadkeep,
  actor: Actor,
  rows: readonly unknown[],
  options: ImportOptions = {},
): Promise<ImportReport> {
  return chat.transfer.import(actor, chunks(fileOf(rows), 1_000), options)
}

/** A thread of ada's as a row. */
function head(at: number, rest: object, members: readonly object[]) {
  const thread = {
    id: 't',
    title: 'T',
    status: { type: 'active' },
    ownerId: 'ada',
    metadata: {},
    createdAt: at - second,
    updatedAt: at,
    lastActivityAt: at,
    seq: 9,
    direct: false,
    ...rest,
  }
  return { type: 'thread', thread, members: members.map((member) => ({ joinedAt: at, deliveredSeq: 0, ...member })) }
}

/** A message of ada's as a row: it says its number. */
function said(seq: number, createdAt: number, rest: object = {}) {
  return {
    type: 'message',
    message: {
      id: `m${seq}`,
      threadId: 't',
      seq,
      kind: 'message',
      role: 'user',
      authorId: 'ada',
      content: String(seq),
      metadata: {},
      attachments: [],
      createdAt,
      edits: 0,
      ...rest,
    },
  }
}

/** A file of ada's as a row. */
function attached(id: string, seq: number, createdAt: number, rest: object = {}) {
  const attachment = { id, ownerId: 'ada', name: 'f', mimeType: 'a/b', threadId: 't', messageId: `m${seq}`, createdAt }
  return { type: 'attachment', attachment: { ...attachment, state: 'ready', metadata: {}, ...rest } }
}
