import { ThreadkeepError } from '@threadkeep/core/store'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Database } from '../src/database.ts'
import { openDatabase } from '../src/database.ts'
import { groupCommit } from '../src/group-commit.ts'
import { storeTables } from '../src/layout.ts'
import { loopTurn } from '../src/loop-turn.ts'
import { check, keys, openStore, put } from './support/open-store.ts'
import { temporaryPath } from './support/temporary-path.ts'

describe('commits that come together', () => {
  test('each has its own answer, and a failed check touches no other', async () => {
    const store = await openStore()
    const results = await Promise.all([
      store.commit([put('a', { n: 1 })]),
      store.commit([check('missing', 'x' as never), put('b')]),
      store.commit([check('a', null), put('a', { n: 2 })]),
      store.commit([check('c', null), put('c')]),
      store.commit([put('d')]),
    ])
    expect(results.map((result) => result.ok)).toEqual([true, false, false, true, true])
    expect(results[2]).toEqual({ ok: false, conflict: { collection: 'c', key: 'a' } })
    expect(await keys(store)).toEqual(['a', 'c', 'd'])
  })

  test('they happen in the order of the calls', async () => {
    const store = await openStore()
    await Promise.all(Array.from({ length: 20 }, (_, n) => store.commit([put('k', { n })])))
    expect((await store.get([{ collection: 'c', key: 'k' }]))[0]?.value).toEqual({ n: 19 })
  })

  test('versions of one group differ', async () => {
    const store = await openStore()
    const results = await Promise.all(Array.from({ length: 20 }, (_, n) => store.commit([put(`k${n}`)])))
    expect(new Set(results.map((result) => result.ok && result.version)).size).toBe(20)
  })

  test('whoever gives up before the group is written is out of it, and alone in that', async () => {
    const store = await openStore()
    const controller = new AbortController()
    const stays = store.commit([put('stays')], { signal: controller.signal })
    await stays
    const leaves = store.commit([put('leaves')], { signal: controller.signal })
    const other = store.commit([put('other')])
    controller.abort(new Error('no time'))
    await expect(leaves).rejects.toMatchObject({ code: 'ABORTED', maybeCommitted: false })
    expect((await other).ok).toBe(true)
    expect(await keys(store)).toEqual(['other', 'stays'])
  })
})

/** A file, and how many transactions were written to it. */
async function countingDatabase(): Promise<Database & { readonly transactions: () => number }> {
  const database = await openDatabase({ path: temporaryPath() }, storeTables)
  onTestFinished(() => database.close())
  let count = 0
  const attempt: Database['attempt'] = (work) => {
    count++
    return database.attempt(work)
  }
  return { ...database, attempt, transactions: () => count }
}

describe('groupCommit', () => {
  const insert = (database: Database, key: string) => () => {
    database.prepare('insert into records values (?, ?, ?, ?, null)').run('c', key, '{}', 'v')
    return key
  }
  const stored = (database: Database) => database.prepare('select key from records').all().flat()

  test('what comes in one turn of the event loop shares a transaction', async () => {
    const database = await countingDatabase()
    const group = groupCommit<string>(database, loopTurn(1))
    const jobs = Array.from({ length: 32 }, (_, n) => group.add({ size: 1, run: insert(database, `k${n}`) }))
    expect(await Promise.all(jobs)).toHaveLength(32)
    expect(database.transactions()).toBe(1)
    expect(stored(database)).toHaveLength(32)
  })

  test.each([
    ['are written at once', 1_000, 0],
    ['let the event loop through once its turn is spent', 0, 9],
  ])('commits one after another %s', async (_, budget, turns) => {
    const database = await countingDatabase()
    const group = groupCommit<string>(database, loopTurn(budget))
    let turned = 0
    let counting = true
    const count = (): void => {
      turned++
      if (counting) setImmediate(count)
    }
    setImmediate(count)
    for (let n = 0; n < 20; n++) await group.add({ size: 1, run: insert(database, `k${n}`) })
    counting = false
    expect(database.transactions()).toBe(20)
    if (turns === 0) expect(turned).toBe(0)
    else expect(turned).toBeGreaterThanOrEqual(turns)
  })

  test('what other callbacks of the same turn of the event loop add shares the next transaction', async () => {
    const database = await countingDatabase()
    const group = groupCommit<string>(database, loopTurn(1_000))
    const wait = (n: number) => new Promise<string>((resolve) => setTimeout(() => resolve(add(n)), 1))
    const add = (n: number) => group.add({ size: 1, run: insert(database, `k${n}`) })
    await Promise.all(Array.from({ length: 16 }, (_, n) => wait(n)))
    // The first finds itself alone; timers of one moment are called in one turn, give or take one.
    expect(database.transactions()).toBeLessThan(6)
    expect(stored(database)).toHaveLength(16)
  })

  test('a transaction waits while every turn of the event loop brings another commit', async () => {
    const database = await countingDatabase()
    const group = groupCommit<string>(database, loopTurn(0))
    const jobs: Promise<string>[] = []
    for (let n = 0; n < 10; n++) {
      const turned = new Promise(setImmediate)
      jobs.push(group.add({ size: 1, run: insert(database, `k${n}`) }))
      await turned
    }
    await Promise.all(jobs)
    expect(database.transactions()).toBeLessThan(5)
    expect(stored(database)).toHaveLength(10)
  })

  test('commits that never end are written all the same', async () => {
    const database = await countingDatabase()
    const group = groupCommit<string>(database, loopTurn(0))
    let answered = false
    void group.add({ size: 1, run: insert(database, 'first') }).then(() => {
      answered = true
    })
    for (let n = 0; !answered; n++) {
      const turned = new Promise(setImmediate)
      void group.add({ size: 1, run: insert(database, `k${n}`) })
      await turned
    }
    await group.drain()
    expect(stored(database)).toContain('first')
  })

  test('a transaction takes at most 2,000 changes, but always one whole commit', async () => {
    const database = await countingDatabase()
    const group = groupCommit<string>(database, loopTurn(1))
    const sizes = [1_500, 500, 1, 9_000, 1]
    await Promise.all(sizes.map((size, n) => group.add({ size, run: insert(database, `k${n}`) })))
    expect(database.transactions()).toBe(4)
    expect(stored(database)).toEqual(['k0', 'k1', 'k2', 'k3', 'k4'])
  })

  test('when a transaction fails, only the commit that broke it gets the error', async () => {
    const database = await countingDatabase()
    const group = groupCommit<string>(database, loopTurn(1))
    const breaks = () => {
      insert(database, 'half')()
      throw new ThreadkeepError('CORRUPT', 'broken')
    }
    const answers = await Promise.allSettled([
      group.add({ size: 1, run: insert(database, 'a') }),
      group.add({ size: 2, run: breaks }, { signal: new AbortController().signal }),
      group.add({ size: 1, run: insert(database, 'b') }),
    ])
    expect(answers.map((answer) => answer.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(stored(database)).toEqual(['a', 'b'])
    await group.add({ size: 1, run: insert(database, 'c') })
    expect(stored(database)).toEqual(['a', 'b', 'c'])
  })

  test('when the outcome is unknown, everyone in the group is told so and nobody is repeated', async () => {
    const database = await countingDatabase()
    const failing: Database = {
      ...database,
      attempt(work) {
        database.attempt(work)
        throw new ThreadkeepError('UNAVAILABLE', 'the disk failed', { maybeCommitted: true })
      },
    }
    const group = groupCommit<string>(failing, loopTurn(1))
    const jobs = ['a', 'b', 'c'].map((key) => group.add({ size: 1, run: insert(database, key) }))
    for (const answer of await Promise.allSettled(jobs))
      expect(answer).toMatchObject({ reason: { maybeCommitted: true } })
    expect(database.transactions()).toBe(1)
  })

  test('drain answers when nothing is left, also when nothing came', async () => {
    const database = await countingDatabase()
    const group = groupCommit<string>(database, loopTurn(1))
    await group.drain()
    let done = 0
    for (let n = 0; n < 10; n++) void group.add({ size: 1_500, run: insert(database, `k${n}`) }).then(() => done++)
    await group.drain()
    await Promise.resolve()
    expect(done).toBe(10)
  })
})
