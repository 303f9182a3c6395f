import { ok, rejects, same } from '../expect.ts'
import { crashAfter } from './crash-after.ts'
import type { DomainCase } from './domain-case.ts'
import { domainCase } from './domain-case.ts'
import { chunks, exported, linesOf } from './exported-file.ts'
import { ada, admin, codeOf, sayMany, thread } from './people.ts'
import { richUser } from './rich-user.ts'

/** Imports that are tried, interrupted, paused and watched. */
export const importProgressCases: readonly DomainCase[] = [
  domainCase('a dry run says what would happen and writes nothing', async ({ chat, clock, elsewhere }) => {
    await richUser(chat, clock)
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
    await richUser(chat, clock)
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
      await richUser(chat, clock)
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
]
