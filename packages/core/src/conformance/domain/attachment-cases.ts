import { createHash } from 'node:crypto'
import type { Attachment, NewAttachment } from '../../domain/attachments/attachments.types.ts'
import type { Threadkeep } from '../../domain/create-threadkeep.ts'
import type { Actor } from '../../domain/kernel/actor.ts'
import { ok, rejects, same } from '../expect.ts'
import type { DomainCase } from './domain-case.ts'
import { domainCase } from './domain-case.ts'
import { ada, admin, bob, codeOf, cyd, day, hour, minute, refusalOf, say, second, stranger, thread } from './people.ts'

/** Attachments: two phases, rights, tickets, collection. */
export const attachmentCases: readonly DomainCase[] = [
  domainCase(
    'a file is declared, uploaded, completed and read; its bytes cannot change then',
    async ({ chat, clock }) => {
      const made = await chat.attachments.create(ada, {
        name: '../../etc/passwd',
        mimeType: 'Text/Plain',
        size: 5,
        sha256: sha256('hello').toUpperCase(),
        metadata: { a: [1] },
      })
      same(
        { ...made, id: '' },
        {
          id: '',
          ownerId: 'ada',
          state: 'uploading',
          name: '../../etc/passwd',
          mimeType: 'text/plain',
          size: 5,
          sha256: sha256('hello'),
          metadata: { a: [1] },
          createdAt: clock.now(),
        },
        'the record',
      )
      await rejects(() => chat.attachments.read(ada, made.id), 'CONFLICT', 'not yet')
      await rejects(() => chat.attachments.complete(ada, made.id), 'CONFLICT', 'nothing is there')
      await chat.attachments.upload(ada, made.id, bytes('HELLO'))
      await rejects(() => chat.attachments.complete(ada, made.id), 'INVALID', 'not what was declared')
      await chat.attachments.upload(ada, made.id, bytes('hell', 'o'))
      const ready = await chat.attachments.complete(ada, made.id)
      same([ready.state, ready.size, ready.sha256], ['ready', 5, sha256('hello')], 'ready')
      same(await chat.attachments.complete(ada, made.id), ready, 'again')
      same(await content(chat, ada, made.id), 'hello', 'its bytes')
      await rejects(() => chat.attachments.upload(ada, made.id, bytes('other')), 'CONFLICT', 'they cannot change')
      same(await content(chat, ada, made.id), 'hello', 'and did not')
      const empty = await file(chat, ada, '')
      same([empty.size, await content(chat, ada, empty.id)], [0, ''], 'an empty file')
      const own = await chat.attachments.create(ada, { id: 'own/id', name: 'x', mimeType: 'a/b' })
      same(own.id, 'own/id', 'an id of one’s own')
      await rejects(
        () => chat.attachments.create(bob, { id: 'own/id', name: 'x', mimeType: 'a/b' }),
        'CONFLICT',
        'once',
      )
    },
  ),
  domainCase('an upload that ends after completion changes nothing', async ({ chat, blobs }) => {
    const made = await chat.attachments.create(ada, { name: 'x', mimeType: 'a/b' })
    await chat.attachments.upload(ada, made.id, bytes('good'))
    let release = (): void => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    async function* late(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('evil')
      await held
    }
    const uploading = codeOf(() => chat.attachments.upload(ada, made.id, late()))
    await new Promise((resolve) => setTimeout(resolve, 5))
    await chat.attachments.complete(ada, made.id)
    release()
    same(await uploading, 'CONFLICT', 'too late')
    same(await content(chat, ada, made.id), 'good', 'the bytes that were completed')
    same((await Array.fromAsync(blobs.list())).length, 1, 'no others are left')
  }),
  domainCase(
    'declared sizes and checksums are held to, and limits too',
    async ({ chat, blobs }) => {
      const sized = await chat.attachments.create(ada, { name: 'x', mimeType: 'a/b', size: 3 })
      await rejects(() => chat.attachments.upload(ada, sized.id, bytes('1234')), 'TOO_LARGE', 'more than declared')
      await chat.attachments.upload(ada, sized.id, bytes('12'))
      await rejects(() => chat.attachments.complete(ada, sized.id), 'INVALID', 'fewer than declared')
      const free = await chat.attachments.create(ada, { name: 'x', mimeType: 'a/b' })
      await rejects(
        () => chat.attachments.upload(ada, free.id, bytes('x'.repeat(1_001))),
        'TOO_LARGE',
        'more than allowed',
      )
      await chat.attachments.upload(ada, free.id, bytes('x'))
      await rejects(() => chat.attachments.complete(ada, free.id, { size: 2 }), 'INVALID', 'declared at the end: size')
      await rejects(() => chat.attachments.complete(ada, free.id, { sha256: sha256('y') }), 'INVALID', 'and checksum')
      same(
        (await chat.attachments.complete(ada, free.id, { size: 1, sha256: sha256('x') })).state,
        'ready',
        'right ones',
      )
      same((await Array.fromAsync(blobs.list())).length, 2, 'nothing is kept of what was refused')
      const bad: [object, string][] = [
        [{ name: '', mimeType: 'image/png' }, 'INVALID'],
        [{ name: 'x'.repeat(256), mimeType: 'image/png' }, 'INVALID'],
        [{ mimeType: 'image/png' }, 'INVALID'],
        [{ name: 'x' }, 'INVALID'],
        [{ name: 'x', mimeType: 'png' }, 'INVALID'],
        [{ name: 'x', mimeType: 'image/png\r\nX-Evil: 1' }, 'INVALID'],
        [{ name: 'x', mimeType: 'text/html' }, 'INVALID'],
        [{ name: 'x', mimeType: 'image/png', size: -1 }, 'INVALID'],
        [{ name: 'x', mimeType: 'image/png', size: 1_001 }, 'TOO_LARGE'],
        [{ name: 'x', mimeType: 'image/png', sha256: 'abc' }, 'INVALID'],
        [{ name: 'x', mimeType: 'image/png', metadata: [] }, 'INVALID_METADATA'],
        [{ name: 'x', mimeType: 'image/png', id: '' }, 'INVALID_ID'],
      ]
      for (const [input, code] of bad)
        same(
          await codeOf(() => chat.attachments.create(ada, input as NewAttachment)),
          code,
          JSON.stringify(input).slice(0, 60),
        )
    },
    { limits: { maxAttachmentBytes: 1_000, attachmentTypes: ['image/*', 'a/b'] } },
  ),
  domainCase(
    'a file is its owner’s alone until a message carries it; then the thread may read it',
    async ({ chat }) => {
      const { id } = await thread(chat, { members: [{ userId: 'bob', role: 'viewer' }] })
      const one = await file(chat, ada, 'one')
      const missing = await refusalOf(() => chat.attachments.get(bob, 'none'))
      for (const call of [
        () => chat.attachments.get(bob, one.id),
        () => chat.attachments.read(bob, one.id),
        () => chat.attachments.ticket(bob, one.id),
        () => chat.attachments.upload(bob, one.id, bytes('x')),
        () => chat.attachments.complete(bob, one.id),
        () => chat.attachments.delete(bob, one.id),
        () => chat.attachments.delete(bob, 'none'),
      ])
        same(await refusalOf(call), missing, 'for others it does not exist')
      await rejects(
        () => say(chat, ada, id, 'x', { attachments: [one.id, one.id, 'none'] }),
        'NOT_FOUND',
        'one that is not there',
      )
      const foreign = await file(chat, cyd, 'foreign')
      await rejects(() => say(chat, ada, id, 'x', { attachments: [foreign.id] }), 'NOT_FOUND', "another's")
      const unfinished = await chat.attachments.create(ada, { name: 'x', mimeType: 'a/b' })
      await rejects(
        () => say(chat, ada, id, 'x', { attachments: [unfinished.id] }),
        'CONFLICT',
        'one that is not finished',
      )
      const message = await say(chat, ada, id, 'look', { attachments: [one.id, one.id] })
      same(message.attachments, [one.id], 'carried, once')
      const seen = await chat.attachments.get(bob, one.id)
      same([seen.threadId, seen.messageId], [id, message.id], 'it knows where')
      same(await content(chat, bob, one.id), 'one', 'read by a member')
      await rejects(() => chat.attachments.get(stranger, one.id), 'NOT_FOUND', 'not by a stranger')
      same(
        (await chat.attachments.getMany(bob, ['none', one.id, foreign.id, unfinished.id, one.id])).map((a) => a?.id),
        [undefined, one.id, undefined, undefined, one.id],
        'getMany',
      )
      await rejects(() => say(chat, ada, id, 'x', { attachments: [one.id] }), 'CONFLICT', 'not in a second message')
      const two = await file(chat, ada, 'two')
      await rejects(
        () =>
          chat.messages.appendMany(ada, id, [
            { content: 'a', attachments: [two.id] },
            { content: 'b', attachments: [two.id] },
          ]),
        'CONFLICT',
        'nor twice in a batch',
      )
      await chat.messages.delete(ada, id, message.id)
      await rejects(() => chat.attachments.get(bob, one.id), 'NOT_FOUND', 'hidden with its message')
      same(await content(chat, ada, one.id), 'one', 'but not from its owner')
      await chat.messages.restore(ada, id, message.id)
      same(await content(chat, bob, one.id), 'one', 'and back')
      await chat.threads.removeMember(ada, id, 'bob')
      await rejects(() => chat.attachments.read(bob, one.id), 'NOT_FOUND', 'not for one who is gone')
    },
  ),
  domainCase('two messages that want one file at once: one gets it', async ({ chat, open }) => {
    const other = open()
    const threads = [await thread(chat), await thread(chat), await thread(chat)]
    const one = await file(chat, ada, 'one')
    const codes = await Promise.all(
      threads.map(({ id }, n) => codeOf(() => say(n % 2 ? chat : other, ada, id, 'x', { attachments: [one.id] }))),
    )
    same(codes.filter((code) => code === 'CONFLICT').length, 2, 'the others are told')
  }),
  domainCase('a ticket opens one file for a while, for whoever holds it', async ({ chat, clock, open }) => {
    const { id } = await thread(chat, { members: [{ userId: 'bob' }] })
    const one = await file(chat, ada, 'one')
    const message = await say(chat, ada, id, 'x', { attachments: [one.id] })
    const ticket = await chat.attachments.ticket(bob, one.id, { ttl: 60 })
    same([ticket.attachmentId, ticket.expiresAt], [one.id, clock.now() + minute], 'the ticket')
    ok(/^[\w-]+$/.test(ticket.token), 'fits a URL')
    const opened = await open().attachments.redeem(ticket.token)
    same(
      [opened.attachment.id, Buffer.concat(await Array.fromAsync(opened.bytes)).toString()],
      [one.id, 'one'],
      'redeemed in any process',
    )
    const cursor = (await chat.threads.list(ada)).cursor(0)
    const missing = await refusalOf(() => chat.attachments.redeem('x'))
    for (const forged of [ticket.token.slice(0, -1), `${ticket.token}A`, cursor, '', 5, null])
      same(await refusalOf(() => chat.attachments.redeem(forged as string)), missing, 'forged')
    await chat.messages.delete(ada, id, message.id)
    same(await refusalOf(() => chat.attachments.redeem(ticket.token)), missing, 'its message is deleted')
    await chat.messages.restore(ada, id, message.id)
    same((await chat.attachments.redeem(ticket.token)).attachment.id, one.id, 'and restored')
    clock.advance(minute)
    same(await refusalOf(() => chat.attachments.redeem(ticket.token)), missing, 'expired')
    same((await chat.attachments.ticket(ada, one.id)).expiresAt, clock.now() + 5 * minute, 'five minutes by default')
    for (const ttl of [0, -1, Number.NaN, day, '60'])
      await rejects(() => chat.attachments.ticket(ada, one.id, { ttl: ttl as number }), 'INVALID_TTL', `ttl ${ttl}`)
    const last = await chat.attachments.ticket(ada, one.id)
    await chat.messages.delete(ada, id, message.id, { mode: 'hard' })
    same(await refusalOf(() => chat.attachments.redeem(last.token)), missing, 'gone')
  }),
  domainCase('deleting a file takes it out of its message; others’ need an editor', async ({ chat, blobs }) => {
    const { id } = await thread(chat, { members: [{ userId: 'bob' }, { userId: 'cyd', role: 'editor' }] })
    const [one, two, three] = [
      await file(chat, ada, 'one'),
      await file(chat, ada, 'two'),
      await file(chat, bob, 'three'),
    ]
    const message = await say(chat, ada, id, 'x', { attachments: [one!.id, two!.id] })
    await say(chat, bob, id, 'y', { attachments: [three!.id] })
    await rejects(() => chat.attachments.delete(bob, one!.id), 'FORBIDDEN', 'a member')
    await chat.attachments.delete(cyd, one!.id)
    same((await chat.messages.get(bob, id, message.id)).attachments, [two!.id], 'an editor: out of the message')
    await chat.attachments.delete(bob, three!.id)
    await rejects(() => chat.attachments.get(ada, one!.id), 'NOT_FOUND', 'gone')
    await chat.threads.setLegalHold(admin, id, true)
    await rejects(() => chat.attachments.delete(ada, two!.id), 'LEGAL_HOLD', 'not while held')
    await chat.threads.setLegalHold(admin, id, false)
    await chat.messages.delete(ada, id, message.id, { mode: 'hard' })
    await rejects(() => chat.attachments.get(ada, two!.id), 'NOT_FOUND', 'with its message')
    const unsent = await file(chat, ada, 'unsent')
    await chat.attachments.delete(ada, unsent.id)
    await chat.jobs.uploads(admin)
    same(
      (await Array.fromAsync(blobs.list())).map(({ size }) => size).filter((size) => size === 6),
      [],
      'bytes of the unsent are gone',
    )
    const anew = await chat.attachments.create(ada, { id: unsent.id, name: 'x', mimeType: 'a/b' })
    await chat.attachments.upload(ada, anew.id, bytes('anew'))
    await chat.attachments.complete(ada, anew.id)
    same(await content(chat, ada, anew.id), 'anew', 'its id is free, and counts anew')
  }),
  domainCase('a file in a forked message stays with the source', async ({ chat }) => {
    const { id } = await thread(chat)
    const one = await file(chat, ada, 'one')
    const message = await say(chat, ada, id, 'x', { attachments: [one.id] })
    const fork = await chat.threads.fork(ada, id, message.id)
    same((await chat.messages.get(ada, fork.id, message.id)).attachments, [one.id], 'the copy names it')
    await chat.threads.truncate(ada, fork.id, message.id, { inclusive: true })
    same(await content(chat, ada, one.id), 'one', 'and does not take it along when it goes')
    const again = await chat.threads.fork(ada, id, message.id)
    await chat.threads.delete(ada, again.id, { immediate: true })
    await chat.jobs.purge(admin)
    same(await content(chat, ada, one.id), 'one', 'nor when its thread is purged')
  }),
  domainCase(
    'what nobody finished, sent or refers to is collected, and nothing else',
    async ({ chat, clock, blobs }) => {
      const { id } = await thread(chat)
      const half = await chat.attachments.create(ada, { name: 'half', mimeType: 'a/b' })
      await chat.attachments.upload(ada, half.id, bytes('half'))
      const unsent = await file(chat, ada, 'unsent')
      const sent = await file(chat, ada, 'sent')
      await say(chat, ada, id, 'x', { attachments: [sent.id] })
      const expiring = await file(chat, ada, 'expiring')
      await say(chat, ada, id, 'x', { attachments: [expiring.id], ttl: 60 })
      await blobs.put('orphan', bytes('orphan'), { maxBytes: 9 })
      same((await chat.jobs.uploads(admin)).removed, 0, 'nothing is old')
      clock.advance(hour + second)
      const dry = await chat.jobs.uploads(admin, { dryRun: true })
      const left = (await Array.fromAsync(blobs.list())).length
      const report = await chat.jobs.uploads(admin)
      same(dry.ids.toSorted(), report.ids.toSorted(), 'a dry run says what will happen')
      same(left, 5, 'and does nothing')
      ok(
        report.ids.includes(half.id) && report.ids.includes(expiring.id),
        'what was not finished, and what expired with its message',
      )
      await rejects(() => chat.attachments.get(ada, half.id), 'NOT_FOUND', 'unfinished')
      same(await content(chat, ada, unsent.id), 'unsent', 'unsent: a day')
      clock.advance(day)
      await chat.jobs.uploads(admin)
      await rejects(() => chat.attachments.get(ada, unsent.id), 'NOT_FOUND', 'then gone')
      same(await content(chat, ada, sent.id), 'sent', 'what is sent stays')
      const sizes = (await Array.fromAsync(blobs.list())).map(({ size }) => size)
      ok(sizes.length <= 2 && sizes.includes(4), `its bytes are all that is left (${sizes.join()})`)
    },
  ),
  domainCase('files kept elsewhere are ready at once, and have no bytes here', async ({ chat }) => {
    const { id } = await thread(chat, { members: [{ userId: 'bob' }] })
    const made = await chat.attachments.create(ada, {
      name: 'x',
      mimeType: 'a/b',
      external: true,
      metadata: { url: 'https://x' },
    })
    same([made.state, made.external], ['ready', true], 'ready')
    await say(chat, ada, id, 'x', { attachments: [made.id] })
    same((await chat.attachments.get(bob, made.id)).metadata, { url: 'https://x' }, 'seen by members')
    await rejects(() => chat.attachments.read(bob, made.id), 'UNSUPPORTED', 'no bytes')
    await chat.attachments.delete(ada, made.id)
    await rejects(() => chat.attachments.get(ada, made.id), 'NOT_FOUND', 'deleted')
  }),
]

/** A finished upload. */
export async function file(chat: Threadkeep, actor: Actor, text: string): Promise<Attachment> {
  const { id } = await chat.attachments.create(actor, { name: text.slice(0, 20) || 'empty', mimeType: 'a/b' })
  await chat.attachments.upload(actor, id, bytes(text))
  return chat.attachments.complete(actor, id)
}

/** The bytes of a file as the actor reads them. */
export async function content(chat: Threadkeep, actor: Actor, id: string): Promise<string> {
  return Buffer.concat(await Array.fromAsync((await chat.attachments.read(actor, id)).bytes)).toString()
}

/** Texts as the pieces of an upload. */
export async function* bytes(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
