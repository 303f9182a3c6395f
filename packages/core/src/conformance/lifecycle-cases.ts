import { manualClock } from '../store/clock.ts'
import { isEnumerable, isSweepable } from '../store/forward.ts'
import type { Store } from '../store/types.ts'
import { type ConformanceCase, storeCase } from './conformance-case.ts'
import { ok, rejects, same } from './expect.ts'
import { at, commit, keys, put, readValue } from './steps.ts'

const a = at('c', 'a')

/** What every call of a store answers once it is closed, or given up before it began. */
async function everyCallRejects(store: Store, code: 'CLOSED' | 'ABORTED', signal?: AbortSignal): Promise<void> {
  const options = signal && { signal }
  await rejects(() => store.get([a], options), code, 'get')
  await rejects(() => store.get([], options), code, 'get of nothing')
  await rejects(() => store.list('c', { limit: 1 }, options), code, 'list')
  await rejects(() => store.commit([put(a, { n: 2 })], options), code, 'commit')
  await rejects(() => store.commit([], options), code, 'commit of nothing')
  if (isEnumerable(store)) await rejects(() => store.collections({ limit: 1 }, options), code, 'collections')
  if (isSweepable(store)) await rejects(() => store.sweep(1, options), code, 'sweep')
}

/** What opening, giving up and closing guarantee. */
export const lifecycleCases: readonly ConformanceCase[] = [
  storeCase('a store has a name', async (store) => {
    ok(typeof store.name === 'string' && store.name.length > 0, 'for logs and errors')
  }),
  storeCase('a fresh store is empty', async (store) => {
    same(await readValue(store, a), undefined, 'get')
    same(await keys(store, 'c'), [], 'list')
  }),
  storeCase('a call that was given up before it began rejects with ABORTED and does nothing', async (store) => {
    await commit(store, put(a, { n: 1 }))
    await everyCallRejects(store, 'ABORTED', AbortSignal.abort())
    same(await readValue(store, a), { n: 1 }, 'nothing was written')
  }),
  storeCase('a signal that never aborts changes nothing', async (store) => {
    const { signal } = new AbortController()
    ok((await store.commit([put(a, { n: 1 })], { signal })).ok, 'commit')
    same((await store.get([a], { signal }))[0]?.value, { n: 1 }, 'get')
    same((await store.list('c', { limit: 1 }, { signal })).length, 1, 'list')
  }),
  storeCase('a signal that aborts after the answer changes nothing', async (store) => {
    const controller = new AbortController()
    await store.commit([put(a, { n: 1 })], { signal: controller.signal })
    controller.abort()
    same(await readValue(store, a), { n: 1 }, 'what was answered is written')
  }),
  {
    name: 'after close every call rejects with CLOSED, and close may be called again',
    async run(fixture) {
      const store = await fixture.open(manualClock(Date.now()))
      await commit(store, put(a, { n: 1 }))
      await store.close()
      await everyCallRejects(store, 'CLOSED')
      await store.close()
      await Promise.all([store.close(), store.close()])
      await everyCallRejects(store, 'CLOSED')
    },
  },
  {
    name: 'closing twice at once is fine',
    async run(fixture) {
      const store = await fixture.open(manualClock(Date.now()))
      await Promise.all([store.close(), store.close(), store[Symbol.asyncDispose]()])
      await everyCallRejects(store, 'CLOSED')
    },
  },
  {
    name: 'await using closes',
    async run(fixture) {
      const store = await fixture.open(manualClock(Date.now()))
      await store[Symbol.asyncDispose]()
      await everyCallRejects(store, 'CLOSED')
    },
  },
  {
    name: 'two stores opened side by side share nothing',
    async run(fixture) {
      const clock = manualClock(Date.now())
      const first = await fixture.open(clock)
      const second = await fixture.open(clock)
      try {
        await commit(first, put(a, { n: 1 }))
        same(await readValue(second, a), undefined, 'the other does not see it')
        await first.close()
        await commit(second, put(a, { n: 2 }))
        same(await readValue(second, a), { n: 2 }, 'closing one leaves the other open')
      } finally {
        await Promise.all([first.close(), second.close()])
      }
    },
  },
]
