import { rejects, same } from '../expect.ts'
import { file } from './attachment-cases.ts'
import type { DomainCase } from './domain-case.ts'
import { domainCase } from './domain-case.ts'
import { chunks, exported, fileOf, linesOf } from './exported-file.ts'
import { ada, admin, bob, cyd, day, say, texts, thread } from './people.ts'
import { richUser } from './rich-user.ts'

/** Export and import together: what leaves one store arrives in another. */
export const transferCases: readonly DomainCase[] = [
  domainCase(
    'what an admin exports of a user is imported elsewhere without loss, and exports the same again',
    async ({ chat, clock, elsewhere }) => {
      await richUser(chat, clock)
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
