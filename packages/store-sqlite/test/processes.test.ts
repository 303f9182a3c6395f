import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { check, keys, openStore, put } from './support/open-store.ts'
import { run } from './support/process.ts'
import { temporaryPath } from './support/temporary-path.ts'

/** Another connection that holds the write lock until it is told to let go. */
function lock(path: string): { release(): void } {
  const db = new DatabaseSync(path)
  db.exec('begin immediate')
  onTestFinished(() => db.close())
  return { release: () => db.exec('rollback') }
}

test('processes that count one counter up lose no step and never make the same version', async () => {
  const path = temporaryPath()
  const store = await openStore({ path })
  const others = [
    run('count-up.ts', [path, '200']),
    run('count-up.ts', [path, '200']),
    run('count-up.ts', [path, '200']),
  ]
  for (const other of others) expect(await other.ended).toBe(0)
  const versions = others.flatMap((other) => other.lines)
  expect(new Set(versions).size).toBe(600)
  expect((await store.get([{ collection: 'c', key: 'counter' }]))[0]?.value).toEqual({ n: 600 })
})

test('a check sees what another process wrote a moment ago', async () => {
  const path = temporaryPath()
  const [one, other] = [await openStore({ path }), await openStore({ path })]
  const first = await one.commit([put('a', { n: 1 })])
  expect(first.ok && (await other.commit([check('a', first.version), put('a', { n: 2 })])).ok).toBe(true)
  expect(first.ok && (await one.commit([check('a', first.version), put('a', { n: 3 })])).ok).toBe(false)
})

test('a commit waits for the lock of another process, and the event loop does not', async () => {
  const path = temporaryPath()
  const store = await openStore({ path })
  const held = lock(path)
  let settled = false
  const commit = store.commit([put('a')]).finally(() => {
    settled = true
  })
  let ticks = 0
  const timer = setInterval(() => ticks++, 5)
  await setTimeout(100)
  clearInterval(timer)
  expect(settled).toBe(false)
  expect(ticks).toBeGreaterThan(5)
  expect(await keys(store), 'reading goes on meanwhile').toEqual([])
  const later = store.commit([put('b')])
  held.release()
  expect((await commit).ok && (await later).ok).toBe(true)
  expect(await keys(store)).toEqual(['a', 'b'])
})

test('a lock held for too long is UNAVAILABLE for everyone who waited, with nothing written', async () => {
  const path = temporaryPath()
  const store = await openStore({ path, busyTimeout: 40 })
  const held = lock(path)
  for (const answer of await Promise.allSettled([store.commit([put('a')]), store.commit([put('b')]), store.sweep(1)])) {
    expect(answer).toMatchObject({ reason: { code: 'UNAVAILABLE', retryable: true, maybeCommitted: false } })
  }
  held.release()
  expect(await keys(store)).toEqual([])
  expect((await store.commit([put('c')])).ok).toBe(true)
})

test('whoever gives up while waiting for the lock never writes', async () => {
  const path = temporaryPath()
  const store = await openStore({ path })
  const held = lock(path)
  const controller = new AbortController()
  const commit = store.commit([put('a')], { signal: controller.signal })
  const sweep = store.sweep(1, { signal: controller.signal })
  await setTimeout(10)
  controller.abort()
  await expect(commit).rejects.toMatchObject({ code: 'ABORTED' })
  await expect(sweep).rejects.toMatchObject({ code: 'ABORTED' })
  held.release()
  await store.commit([put('b')])
  expect(await keys(store)).toEqual(['b'])
})

test('closing while another process holds the lock ends within the busy timeout', async () => {
  const path = temporaryPath()
  const store = await openStore({ path, busyTimeout: 50 })
  lock(path)
  const commit = store.commit([put('a')])
  await expect(Promise.all([commit, store.close()])).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  await store.close()
})

test('what still waits for the lock when the store has closed is CLOSED', async () => {
  const path = temporaryPath()
  const store = await openStore({ path, busyTimeout: 60_000 })
  lock(path)
  const sweep = store.sweep(1)
  await store.close()
  await expect(sweep).rejects.toMatchObject({ code: 'CLOSED' })
})
