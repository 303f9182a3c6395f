import { ThreadkeepError } from '../errors/threadkeep-error.ts'
import type { CallOptions } from '../store/call-options.ts'
import { type Clock, manualClock } from '../store/clock.ts'
import { type FullStore, forward, isEnumerable, isSweepable } from '../store/forward.ts'
import type { Wrapper } from '../store/stack.ts'
import type { Store } from '../store/types.ts'
import { type ConformanceCase, hour, type StoreFixture } from './conformance-case.ts'
import { ok, rejects, same } from './expect.ts'
import { at, check, commit, conflict, keys, put, read, seed } from './steps.ts'

const a = at('c', 'a')
const b = at('d', 'b')

/** A case about `wrap` around a fresh inner store, which the case may dress up first. */
function law(
  wrap: Wrapper,
  name: string,
  body: (wrapped: Store, inner: Store, clock: Clock & { advance(millis: number): number }) => Promise<void>,
  dress: (inner: Store) => Store = (inner) => inner,
): ConformanceCase {
  return {
    name,
    async run(fixture: StoreFixture) {
      const clock = manualClock(Date.now())
      const inner = dress(await fixture.open(clock))
      const wrapped = wrap(inner)
      try {
        await body(wrapped, inner, clock)
      } finally {
        await wrapped.close()
        await inner.close()
      }
    },
  }
}

/** A call that never ends by itself, only when its signal aborts. */
function hang(options: CallOptions | undefined): Promise<never> {
  return new Promise((_, reject) => {
    options?.signal?.addEventListener('abort', () => reject(new ThreadkeepError('ABORTED', 'The call was aborted.')))
  })
}

/** Inner stores with every optional verb, and with none. */
const withAll = (inner: Store): Store => {
  const full: FullStore = {
    ...forward(inner, {}),
    collections: async () => ['first', 'second'],
    sweep: async (limit) => limit * 10,
  }
  return full
}
const withNone = (inner: Store): Store => {
  const { name, get, list, commit, close } = forward(inner, {})
  return { name, get, list, commit, close, [Symbol.asyncDispose]: close }
}

/**
 * What every wrapper keeps, with options under which it has nothing to do. Bind the whole of `storeCases` to the wrapped
 * store as well: these laws only add what needs a look at both sides.
 */
export function wrapperLaws(wrap: Wrapper): readonly ConformanceCase[] {
  return [
    law(wrap, 'a wrapper names the store it wraps', async (wrapped, inner) => {
      ok(wrapped.name.includes(inner.name), `${wrapped.name} speaks of ${inner.name}`)
    }),
    law(
      wrap,
      'what the inner store can do beyond the four verbs is still there',
      async (wrapped) => {
        ok(isEnumerable(wrapped), 'collections')
        same(await wrapped.collections({ limit: 2 }), ['first', 'second'], 'and answers')
        ok(isSweepable(wrapped), 'sweep')
        same(await wrapped.sweep(9), 90, 'and answers, with the limit it was given')
      },
      withAll,
    ),
    law(
      wrap,
      'what the inner store cannot do is not pretended',
      async (wrapped) => {
        ok(!isEnumerable(wrapped), 'no collections')
        ok(!isSweepable(wrapped), 'no sweep')
      },
      withNone,
    ),
    law(wrap, 'nothing is lost on the way through', async (wrapped, _inner, clock) => {
      const until = clock.now() + hour
      const version = await commit(wrapped, put(a, { n: 1, text: '😀\u0000' }, until), put(b, { list: [null, [{}]] }))
      const entries = [
        { ...a, value: { n: 1, text: '😀\u0000' }, version, expiresAt: until },
        { ...b, value: { list: [null, [{}]] }, version },
      ]
      for (let time = 0; time < 2; time++) {
        same(await wrapped.get([b, at('c', 'none'), a, b]), [entries[1], undefined, entries[0], entries[1]], 'get')
        same(await wrapped.list('c', { limit: 5 }), [entries[0]], 'list')
        same((await wrapped.get([])).length, 0, 'get of nothing')
      }
      clock.advance(hour)
      same(await read(wrapped, a), undefined, 'expiry')
      same(await keys(wrapped, 'c'), [], 'expiry in list')
    }),
    law(wrap, 'every part of a range counts', async (wrapped) => {
      await seed(wrapped, 'c', ['a', 'b1', 'b2', 'b3', 'b4', 'c'])
      const range = { prefix: 'b', after: 'b1', before: 'b4', reverse: true }
      same(await keys(wrapped, 'c', range), ['b3', 'b2'], 'all bounds at once')
      same(await keys(wrapped, 'c', { ...range, limit: 1 }), ['b3'], 'with a limit')
      same(await keys(wrapped, 'c', { prefix: 'b', limit: 2 }), ['b1', 'b2'], 'forwards')
    }),
    law(wrap, 'a conflict is answered as it is, in the caller’s own names', async (wrapped) => {
      const version = await commit(wrapped, put(a, { n: 1 }))
      await conflict(wrapped, b, check(a, version), check(b, version), put(a, { n: 2 }))
      same((await read(wrapped, a))?.value, { n: 1 }, 'nothing was written')
      ok((await wrapped.commit([check(a, version), check(b, null), put(a, { n: 3 })])).ok, 'a check that holds passes')
      same((await read(wrapped, a))?.value, { n: 3 }, 'and the write behind it happens')
    }),
    law(wrap, 'a read through the wrapper sees every write that was answered before it', async (wrapped) => {
      for (let n = 0; n < 20; n++) {
        await commit(wrapped, put(a, { n }))
        same((await read(wrapped, a))?.value, { n }, 'get')
        same((await wrapped.list('c', { limit: 1 }))[0]?.value, { n }, 'list')
      }
      await commit(wrapped, { type: 'delete', at: a })
      same(await read(wrapped, a), undefined, 'also a delete')
    }),
    law(wrap, 'a call that was given up before it began rejects with ABORTED', async (wrapped) => {
      await commit(wrapped, put(a, { n: 1 }))
      await read(wrapped, a)
      const signal = AbortSignal.abort()
      await rejects(() => wrapped.get([a], { signal }), 'ABORTED', 'get')
      await rejects(() => wrapped.list('c', { limit: 1 }, { signal }), 'ABORTED', 'list')
      await rejects(() => wrapped.commit([put(a, { n: 2 })], { signal }), 'ABORTED', 'commit')
      if (isEnumerable(wrapped))
        await rejects(() => wrapped.collections({ limit: 1 }, { signal }), 'ABORTED', 'collections')
      same((await read(wrapped, a))?.value, { n: 1 }, 'nothing was written')
    }),
    law(
      wrap,
      'a call under way gives up when its signal aborts',
      async (wrapped) => {
        const controller = new AbortController()
        const options = { signal: controller.signal }
        const calls = [
          rejects(() => wrapped.get([a], options), 'ABORTED', 'get'),
          rejects(() => wrapped.list('c', { limit: 1 }, options), 'ABORTED', 'list'),
          rejects(() => wrapped.commit([put(a, {})], options), 'ABORTED', 'commit'),
        ]
        await new Promise((resolve) => setImmediate(resolve))
        controller.abort()
        await Promise.all(calls)
      },
      (inner) =>
        forward(inner, {
          get: (_at, options) => hang(options),
          list: (_collection, _range, options) => hang(options),
          commit: (_changes, options) => hang(options),
        }),
    ),
    law(
      wrap,
      'an error that no retry can cure reaches the caller as it is',
      async (wrapped) => {
        await rejects(() => wrapped.get([a]), 'STORAGE_FULL', 'get')
        await rejects(() => wrapped.list('c', { limit: 1 }), 'STORAGE_FULL', 'list')
        const error = await rejects(() => wrapped.commit([put(a, {})]), 'STORAGE_FULL', 'commit')
        ok(error.maybeCommitted && !error.retryable, 'with what it says about the outcome')
        same(error.details, { disk: 1 }, 'and its details')
      },
      (inner) => {
        const fail = (): Promise<never> =>
          Promise.reject(new ThreadkeepError('STORAGE_FULL', 'Full.', { maybeCommitted: true, details: { disk: 1 } }))
        return forward(inner, { get: fail, list: fail, commit: fail })
      },
    ),
    law(wrap, 'closing the wrapper closes the inner store, and both stay closed', async (wrapped, inner) => {
      await commit(wrapped, put(a, { n: 1 }))
      await read(wrapped, a)
      await wrapped.close()
      for (const store of [wrapped, inner]) {
        await rejects(() => store.get([a]), 'CLOSED', 'get')
        await rejects(() => store.list('c', { limit: 1 }), 'CLOSED', 'list')
        await rejects(() => store.commit([put(a, { n: 2 })]), 'CLOSED', 'commit')
      }
      await wrapped.close()
      await wrapped[Symbol.asyncDispose]()
    }),
    law(wrap, 'what the caller changes while it waits changes nothing', async (wrapped) => {
      const value = { n: 1, list: [1] }
      const pending = wrapped.commit([put(a, value)])
      value.n = 2
      value.list.push(2)
      ok((await pending).ok, 'the commit happens')
      const first = (await read(wrapped, a))!
      same(first.value, { n: 1, list: [1] }, 'as it was when it was called')
      ;(first.value as { n: number }).n = 3
      same((await read(wrapped, a))?.value, { n: 1, list: [1] }, 'and an answer belongs to its caller alone')
    }),
  ]
}
