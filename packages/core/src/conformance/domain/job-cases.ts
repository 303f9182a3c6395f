import type { JobReport } from '../../domain/jobs/jobs.types.ts'
import { names } from '../../domain/kernel/names.ts'
import { ok, rejects, same } from '../expect.ts'
import { bytes, file } from './attachment-cases.ts'
import { crashAfter } from './crash-after.ts'
import type { DomainCase } from './domain-case.ts'
import { domainCase } from './domain-case.ts'
import { ada, admin, bob, codeOf, day, say, sayMany, second, thread } from './people.ts'

/** Jobs and the audit trail. */
export const jobCases: readonly DomainCase[] = [
  domainCase('expiry counts out what has ended, in every thread, and says what it did', async ({ chat, clock }) => {
    const ids = await Promise.all([0, 1, 2].map(async (n) => (await thread(chat, { id: `t${n}` })).id))
    const ended: string[] = []
    for (const id of ids) {
      ended.push((await say(chat, ada, id, 'short', { ttl: 5 })).id)
      await say(chat, ada, id, 'long', { ttl: 50 })
    }
    clock.advance(5 * second)
    const dry = await chat.jobs.expire(admin, { dryRun: true })
    same([dry.job, dry.dryRun, dry.removed, dry.ids.toSorted()], ['expiry', true, 3, ended.toSorted()], 'dry run')
    const report = await chat.jobs.expire(admin)
    same(
      { ...report, ids: [] },
      {
        job: 'expiry',
        dryRun: false,
        startedAt: clock.now(),
        finishedAt: clock.now(),
        examined: 3,
        removed: 3,
        held: 0,
        ids: [],
      },
      'the report',
    )
    same((await chat.jobs.expire(admin)).removed, 0, 'once')
    clock.advance(45 * second)
    same((await chat.jobs.expire(admin, { limit: 2 })).removed, 2, 'a limit')
    same((await chat.jobs.expire(admin)).removed, 1, 'the rest')
    await chat.projections.settle()
    same((await chat.stats.system(admin)).totalMessages, 0, 'counted out')
  }),
  domainCase(
    'jobs in two processes at once, and after a crash, do everything once',
    async ({ chat, clock, open, store }) => {
      const ids = await Promise.all(
        [0, 1, 2, 3].map(async (n) => (await thread(chat, { id: `t${n}`, retention: { maxMessages: 2 } })).id),
      )
      for (const id of ids) {
        await chat.messages.appendMany(
          ada,
          id,
          Array.from({ length: 6 }, (_, n) => ({ content: `${n}`, ...(n < 2 && { ttl: 5 }) })),
        )
      }
      await chat.threads.delete(ada, 't3', { immediate: true })
      clock.advance(5 * second)
      const other = open()
      for (let allowed = 0; allowed < 6; allowed++) {
        const dying = open({ store: crashAfter(store, allowed), projector: 'external' })
        await codeOf(() => dying.jobs.expire(admin))
        await codeOf(() => dying.jobs.purge(admin))
      }
      await Promise.all([chat, other].flatMap((each) => [each.jobs.expire(admin), each.jobs.purge(admin)]))
      for (const id of ids.slice(0, 3)) same((await chat.threads.get(ada, id)).messageCount, 2, `${id}: two are left`)
      await rejects(() => chat.threads.restore(ada, 't3'), 'NOT_FOUND', 'purged')
    },
  ),
  domainCase(
    'cleaning up deletes threads without activity, only those of one user when asked, and never held ones',
    async ({ chat, clock }) => {
      await thread(chat, { id: 'old', members: [{ userId: 'bob' }] })
      await chat.threads.create(bob, { id: 'bobs', members: [{ userId: 'ada' }] })
      await thread(chat, { id: 'held' })
      await chat.threads.setLegalHold(admin, 'held', true)
      await thread(chat, { id: 'busy' })
      clock.advance(40 * day)
      await say(chat, ada, 'busy', 'x')
      const dry = await chat.jobs.cleanup(admin, { olderThanDays: 30, dryRun: true })
      same([dry.ids.toSorted(), dry.held], [['bobs', 'old'], 1], 'dry run')
      same((await chat.threads.list(ada)).items.length, 4, 'nothing happened')
      same((await chat.jobs.cleanup(admin, { olderThanDays: 30, userId: 'ada' })).ids, ['old'], 'of ada: what she owns')
      await rejects(() => chat.threads.get(bob, 'old'), 'NOT_FOUND', 'deleted')
      same((await chat.threads.restore(ada, 'old')).id, 'old', 'with a grace')
      same((await chat.jobs.cleanup(admin, { olderThanDays: 41 })).removed, 0, 'none is that old')
      same((await chat.jobs.cleanup(admin, { olderThanDays: 30, limit: 1 })).removed, 1, 'a limit')
      for (const olderThanDays of [0, -1, Number.NaN, undefined])
        await rejects(
          () => chat.jobs.cleanup(admin, { olderThanDays: olderThanDays as number }),
          'INVALID',
          `${olderThanDays} days`,
        )
    },
  ),
  domainCase('runs are kept, newest first; jobs need an admin and a sensible limit', async ({ chat, clock }) => {
    await chat.jobs.expire(admin)
    clock.advance(second)
    await chat.jobs.purge(admin, { dryRun: true })
    clock.advance(second)
    await chat.jobs.uploads(admin)
    const summary = (runs: readonly JobReport[]) => runs.map(({ job, dryRun }) => [job, dryRun])
    same(
      summary(await chat.jobs.runs(admin)),
      [
        ['uploads', false],
        ['purge', true],
        ['expiry', false],
      ],
      'all',
    )
    same(summary(await chat.jobs.runs(admin, { job: 'purge' })), [['purge', true]], 'of one job')
    same((await chat.jobs.runs(admin, { limit: 1 })).length, 1, 'a limit')
    await rejects(() => chat.jobs.runs(admin, { limit: 0 }), 'INVALID_LIMIT', 'no runs')
    clock.advance(91 * day)
    same(await chat.jobs.runs(admin), [], 'for ninety days')
    for (const call of [
      () => chat.jobs.expire(ada),
      () => chat.jobs.purge(ada),
      () => chat.jobs.uploads(ada),
      () => chat.jobs.cleanup(ada, { olderThanDays: 1 }),
      () => chat.jobs.runs(ada),
    ])
      await rejects(call, 'FORBIDDEN', 'not an admin')
    for (const limit of [0, -1, 1.5])
      await rejects(() => chat.jobs.expire(admin, { limit }), 'INVALID_LIMIT', `limit ${limit}`)
    await thread(chat, { id: 't' })
    await chat.threads.delete(ada, 't', { immediate: true })
    same((await chat.jobs.purge(admin, { signal: AbortSignal.abort() })).removed, 0, 'given up: nothing more is done')
  }),
  domainCase(
    'what is done with special rights, or to something precious, is written down before it is done',
    async ({ chat, clock }) => {
      await chat.users.create(ada, 'ada')
      await thread(chat, { id: 't' })
      const done: [string, () => Promise<unknown>][] = [
        ['legal-hold.set', () => chat.threads.setLegalHold(admin, 't', true)],
        ['legal-hold.lift', () => chat.threads.setLegalHold(admin, 't', false)],
        ['search.any', () => chat.search.messages(admin, { query: 'secret words', anyUser: true })],
        ['thread.delete', () => chat.threads.delete(ada, 't')],
        ['cleanup', () => chat.jobs.cleanup(admin, { olderThanDays: 5, userId: 'bob' })],
        ['user.delete', () => chat.users.delete(ada, 'ada')],
      ]
      for (const [, call] of done) {
        await call()
        clock.advance(second)
      }
      const all = (await chat.audit.list(admin)).items
      same(
        all.map(({ action }) => action),
        done.map(([action]) => action).toReversed(),
        'newest first',
      )
      same([all[0]!.actorId, all[0]!.userId, all[0]!.at], ['ada', 'ada', clock.now() - second], 'who, to whom and when')
      same(all.find(({ action }) => action === 'thread.delete')?.threadId, 't', 'to what')
      ok(!JSON.stringify(all).includes('secret'), 'no content')
      const page = await chat.audit.list(admin, { first: 2 })
      const next = await chat.audit.list(admin, { first: 9, after: page.cursor(1) })
      same([...page.items, ...next.items], all, 'paged')
      same((await chat.audit.list(admin, { last: 2, before: next.cursor(0) })).items, page.items, 'and back')
      same(
        (await chat.audit.list(admin, { actorId: 'ada' })).items.map(({ action }) => action),
        ['user.delete', 'thread.delete'],
        'by actor',
      )
      same((await chat.audit.list(admin, { action: 'cleanup' })).items[0]?.details, { olderThanDays: 5 }, 'by action')
      await rejects(
        () => chat.audit.list(admin, { action: 'cleanup', after: page.cursor(0) }),
        'INVALID_CURSOR',
        'a cursor of another list',
      )
      await rejects(() => chat.audit.list(ada), 'FORBIDDEN', 'not an admin')
    },
  ),
  domainCase('a limit stops a job wherever it is, and the next run goes on there', async ({ chat, clock, blobs }) => {
    for (const name of ['one', 'two']) {
      await file(chat, ada, name)
      await blobs.put(`orphan_${name}`, bytes(name), { maxBytes: 9 })
    }
    await thread(chat, { id: 'retained', retention: { maxMessages: 1 } })
    await sayMany(chat, ada, 'retained', 2)
    await thread(chat, { id: 'expiring' })
    await say(chat, ada, 'expiring', 'x', { ttl: 5 })
    clock.advance(2 * day)
    const runs = async (run: () => Promise<JobReport>) => {
      const removed: number[] = []
      do removed.push((await run()).removed)
      while (removed.at(-1) !== 0)
      return removed
    }
    same(await runs(() => chat.jobs.uploads(admin, { limit: 1 })), [1, 1, 1, 1, 0], 'files and bytes, one at a time')
    same(await Array.fromAsync(blobs.list()), [], 'nothing is left')
    same(await runs(() => chat.jobs.expire(admin, { limit: 1 })), [1, 1, 0], 'what has expired, then what is too much')
    same((await chat.threads.get(ada, 'retained')).messageCount, 1, 'what is kept')
  }),
  domainCase('what is too much for one commit is done in several', async ({ chat, clock, store }) => {
    const { id } = await thread(chat, { retention: { maxMessages: 2 } })
    await sayMany(chat, ada, id, 1_103)
    const dry = await chat.jobs.expire(admin, { dryRun: true })
    same([dry.removed, dry.ids.length], [1_101, 1_000], 'a report names the first thousand')
    await chat.threads.update(ada, id, { retention: { maxMessages: 853 } })
    same((await chat.jobs.expire(admin)).removed, 250, 'retention')
    same((await chat.messages.page(ada, id, { first: 1 })).items[0]?.content, '251', 'the oldest')
    await chat.threads.delete(ada, id, { immediate: true })
    same((await chat.jobs.purge(admin)).removed, 1, 'a purge')
    same(await store.list(names.messages(id), { limit: 1 }), [], 'of everything')
    const other = await thread(chat)
    for (let n = 0; n < 6; n++) await chat.messages.appendMany(ada, other.id, Array(100).fill({ content: 'x', ttl: 5 }))
    clock.advance(5 * second)
    same((await chat.jobs.expire(admin, { dryRun: true })).removed, 600, 'a dry run of expiry')
    same((await chat.jobs.expire(admin)).removed, 600, 'expiry')
    same((await chat.threads.get(ada, other.id)).messageCount, 0, 'of all')
  }),
]
