import { type ConformanceCase, hour, storeCase } from './conformance-case.ts'
import { ok, same } from './expect.ts'
import { at, check, commit, conflict, del, keys, put, read, readValue } from './steps.ts'

const a = at('c', 'a')

/** What expiry guarantees. */
export const expiryCases: readonly ConformanceCase[] = [
  storeCase('a record lives until its expiry and not one millisecond longer', async (store, clock) => {
    await commit(store, put(a, { n: 1 }, clock.now() + hour))
    clock.advance(hour - 1)
    same(await readValue(store, a), { n: 1 }, 'one millisecond before: get')
    same(await keys(store, 'c'), ['a'], 'one millisecond before: list')
    clock.advance(1)
    same(await readValue(store, a), undefined, 'at the instant itself: get')
    same(await keys(store, 'c'), [], 'at the instant itself: list')
    clock.advance(hour)
    same(await readValue(store, a), undefined, 'and ever after')
  }),
  storeCase('for a check an expired record does not exist', async (store, clock) => {
    const version = await commit(store, put(a, { n: 1 }, clock.now() + hour))
    clock.advance(hour)
    await conflict(store, a, check(a, version), put(a, { n: 2 }))
    await commit(store, check(a, null), put(a, { n: 3 }))
    same(await readValue(store, a), { n: 3 }, 'it can be created anew')
  }),
  storeCase('deleting an expired record is fine', async (store, clock) => {
    await commit(store, put(a, { n: 1 }, clock.now() + hour))
    clock.advance(hour)
    await commit(store, del(a))
    same(await readValue(store, a), undefined, 'it stays gone')
  }),
  storeCase('a put over an expired record starts afresh', async (store, clock) => {
    await commit(store, put(a, { n: 1 }, clock.now() + hour))
    clock.advance(2 * hour)
    const version = await commit(store, put(a, { n: 2 }))
    same(await read(store, a), { ...a, value: { n: 2 }, version }, 'without the old expiry')
    clock.advance(hour)
    same(await keys(store, 'c'), ['a'], 'and it stays')
  }),
  storeCase('an expiry in the past, or at this instant, is an immediate delete', async (store, clock) => {
    for (const expiresAt of [clock.now(), clock.now() - 1, 1, 0, -1]) {
      await commit(store, put(a, { old: true }))
      await commit(store, put(a, { n: 1 }, expiresAt))
      same(await readValue(store, a), undefined, 'the record is gone, the old value too')
      same(await keys(store, 'c'), [], 'and gone from the list')
      await commit(store, check(a, null), put(at('c', 'fresh'), {}, expiresAt))
      same(await readValue(store, at('c', 'fresh')), undefined, 'where nothing was, nothing is')
    }
  }),
  storeCase('a put without expiry clears an old one', async (store, clock) => {
    await commit(store, put(a, { n: 1 }, clock.now() + hour))
    await commit(store, put(a, { n: 2 }))
    ok(!('expiresAt' in (await read(store, a))!), 'the entry has no expiry')
    clock.advance(2 * hour)
    same(await readValue(store, a), { n: 2 }, 'and the record stays')
  }),
  storeCase('the expiry of the last put counts, longer or shorter', async (store, clock) => {
    const b = at('c', 'b')
    await commit(store, put(a, { n: 1 }, clock.now() + hour), put(b, { n: 1 }, clock.now() + 3 * hour))
    await commit(store, put(a, { n: 2 }, clock.now() + 3 * hour), put(b, { n: 2 }, clock.now() + hour))
    clock.advance(hour)
    same(await keys(store, 'c'), ['a'], 'the shortened one is gone, the prolonged one lives')
    clock.advance(2 * hour)
    same(await keys(store, 'c'), [], 'until its new expiry')
  }),
  storeCase('each record of a commit has its own expiry', async (store, clock) => {
    const changes = [1, 2, 3, 4].map((n) => put(at('c', `k${n}`), { n }, clock.now() + n * hour))
    await commit(store, ...changes, put(at('c', 'k5'), { n: 5 }))
    for (let gone = 0; gone <= 4; gone++) {
      same(await keys(store, 'c'), ['k1', 'k2', 'k3', 'k4', 'k5'].slice(gone), `after ${gone} hours`)
      clock.advance(hour)
    }
  }),
  storeCase('an expiry centuries away is kept to the millisecond', async (store, clock) => {
    for (const expiresAt of [253_402_300_799_999, 8_640_000_000_000_000, clock.now() + 40 * 365 * 24 * hour]) {
      await commit(store, put(a, { n: 1 }, expiresAt))
      same((await read(store, a))?.expiresAt, expiresAt, 'as it was given')
    }
  }),
  storeCase('a record that expired does not come back', async (store, clock) => {
    await commit(store, put(a, { n: 1 }, clock.now() + hour))
    clock.advance(hour)
    await commit(store, put(at('c', 'b'), {}))
    same(await readValue(store, a), undefined, 'not by other writes')
    await conflict(store, at('c', 'b'), check(at('c', 'b'), null), put(a, { n: 2 }))
    same(await readValue(store, a), undefined, 'not by a commit that did not happen')
    same(await keys(store, 'c'), ['b'], 'list agrees')
  }),
]
