import type { Version } from '../store/types.ts'
import { type ConformanceCase, hour, storeCase } from './conformance-case.ts'
import { ok, same } from './expect.ts'
import { at, check, commit, conflict, del, keys, put, read, readValue } from './steps.ts'

const a = at('left', 'a')
const b = at('right', 'b')

/** What `commit` guarantees when nobody else is writing. */
export const commitCases: readonly ConformanceCase[] = [
  storeCase('put replaces the whole record', async (store) => {
    await commit(store, put(a, { one: 1, two: { x: 1 } }))
    await commit(store, put(a, { two: { y: 2 } }))
    same(await readValue(store, a), { two: { y: 2 } }, 'nothing of the old value remains')
  }),
  storeCase('delete removes, and deleting what is not there is fine', async (store) => {
    await commit(store, put(a, { n: 1 }))
    await commit(store, del(a))
    same(await readValue(store, a), undefined, 'it is gone')
    await commit(store, del(a), del(at('nowhere', 'x')))
    same(await keys(store, 'left'), [], 'and gone from the list')
  }),
  storeCase('an empty commit happens', async (store) => {
    await commit(store)
  }),
  storeCase('every record a commit writes carries the version the commit answers', async (store) => {
    const version = await commit(store, put(a, { n: 1 }), put(b, { n: 2 }), put(at('left', 'c'), {}))
    const answer = await store.get([a, b, at('left', 'c')])
    same(
      answer.map((entry) => entry?.version),
      [version, version, version],
      'one version for all of them',
    )
  }),
  storeCase('two states of a record never share a version', async (store, clock) => {
    const seen: Version[] = []
    for (let n = 0; n < 4; n++) {
      seen.push(await commit(store, put(a, { same: true })))
      seen.push(await commit(store, put(a, { same: true })))
      await commit(store, del(a))
      seen.push(await commit(store, put(a, { same: true }, clock.now() + hour)))
      clock.advance(hour)
    }
    same(new Set(seen).size, seen.length, 'also for equal content, after a delete and after expiry')
  }),
  storeCase('records that a commit does not write keep their version', async (store) => {
    const version = await commit(store, put(a, { n: 1 }))
    await commit(store, check(a, version), put(b, { n: 1 }))
    same((await read(store, a))?.version, version, 'also when it checked them')
  }),
  storeCase('two writes to one address: the last wins', async (store, clock) => {
    await commit(store, put(a, { n: 1 }), put(a, { n: 2 }), put(a, { n: 3 }))
    same(await readValue(store, a), { n: 3 }, 'put after put')
    await commit(store, put(a, { n: 4 }), del(a))
    same(await readValue(store, a), undefined, 'delete after put')
    await commit(store, put(a, { n: 5 }))
    const version = await commit(store, del(a), put(a, { n: 6 }))
    same(await read(store, a), { ...a, value: { n: 6 }, version }, 'put after delete')
    await commit(store, put(a, { n: 7 }, clock.now() + hour), put(a, { n: 8 }))
    ok(!('expiresAt' in (await read(store, a))!), 'the expiry of the last put counts, even if it is none')
    await commit(store, put(a, { n: 9 }), put(a, { n: 10 }, clock.now() - 1))
    same(await readValue(store, a), undefined, 'put in the past after put')
    same(await keys(store, 'left'), [], 'list agrees')
  }),
  storeCase('a delete with a put beside it moves a record, whatever stood at either place', async (store, clock) => {
    const [from, to] = [at('left', 'from'), at('left', 'to')]
    const stories = [
      { before: [put(from, { n: 1 })], claim: 'to a free place' },
      { before: [put(from, { n: 1 }, clock.now() + hour)], claim: 'from one that would expire' },
      { before: [], claim: 'from where nothing was' },
      { before: [put(from, { n: 1 }), put(to, { n: 2 }, clock.now() + hour)], claim: 'over another' },
      { before: [put(to, { n: 2 })], claim: 'from nothing over another' },
    ]
    for (const { before, claim } of stories) {
      await commit(store, del(from), del(to), ...before)
      const version = await commit(store, del(from), put(to, { n: 3 }), put(at('right', 'from'), { other: true }))
      same(await store.list('left', { limit: 10 }), [{ ...to, value: { n: 3 }, version }], claim)
      same((await read(store, at('right', 'from')))?.value, { other: true }, `${claim}: elsewhere, too`)
    }
    await commit(store, del(to), put(from, { n: 4 }, clock.now() + hour))
    same((await read(store, from))?.expiresAt, clock.now() + hour, 'with the new end')
    await commit(store, del(from), put(to, { n: 5 }, clock.now()))
    same(await keys(store, 'left'), [], 'what has expired already moves nowhere')
  }),
  storeCase('a check passes on exactly the version it names', async (store) => {
    const first = await commit(store, put(a, { n: 1 }))
    const second = await commit(store, check(a, first), put(a, { n: 2 }))
    await conflict(store, a, check(a, first), put(a, { n: 3 }))
    await commit(store, check(a, second), put(a, { n: 4 }))
    same(await readValue(store, a), { n: 4 }, 'the last commit that passed')
  }),
  storeCase('a check for null passes only where nothing is', async (store) => {
    await commit(store, check(a, null), put(a, { n: 1 }))
    await conflict(store, a, check(a, null), put(a, { n: 2 }))
    await commit(store, del(a))
    await commit(store, check(a, null), put(a, { n: 3 }))
    same(await readValue(store, a), { n: 3 }, 'again after a delete')
  }),
  storeCase('a check for a version fails where nothing is, and after delete and put again', async (store) => {
    const version = await commit(store, put(a, { n: 1 }))
    await conflict(store, b, check(b, version))
    await commit(store, del(a))
    await conflict(store, a, check(a, version), put(a, { n: 2 }))
    await commit(store, put(a, { n: 1 }))
    await conflict(store, a, check(a, version), put(a, { n: 2 }))
    same(await readValue(store, a), { n: 1 }, 'nothing was written')
  }),
  storeCase('a version no store has ever answered is a conflict, not an error', async (store) => {
    await commit(store, put(a, { n: 1 }))
    for (const version of ['', 'no such version', '0', '-1', '99999999999999999999', 'ffffffffffffffffffffffff', "'"]) {
      await conflict(store, a, check(a, version as Version), del(a))
    }
    same(await readValue(store, a), { n: 1 }, 'nothing was written')
  }),
  storeCase('a failed check writes nothing, in any collection', async (store) => {
    const version = await commit(store, put(a, { n: 1 }))
    const changes = [
      put(b, { n: 1 }),
      put(a, { n: 2 }),
      del(at('left', 'x')),
      check(at('third', 'c'), version),
      put(at('left', 'd'), {}),
    ]
    await conflict(store, at('third', 'c'), ...changes)
    same(await store.get([b, at('left', 'd'), at('third', 'c')]), [undefined, undefined, undefined], 'no put happened')
    same(await read(store, a), { ...a, value: { n: 1 }, version }, 'the old record is untouched')
    same(await keys(store, 'right'), [], 'list agrees')
  }),
  storeCase('a failed check also undoes no delete and no expiry', async (store, clock) => {
    const until = clock.now() + hour
    await commit(store, put(a, { n: 1 }, until), put(b, { n: 1 }))
    await conflict(store, b, del(a), check(b, null))
    same((await read(store, a))?.expiresAt, until, 'the record and its expiry are as before')
  }),
  storeCase('the conflict names a check that failed', async (store) => {
    const version = await commit(store, put(a, { n: 1 }))
    await conflict(store, b, check(a, version), check(b, version), check(at('x', 'y'), null))
    await conflict(store, b, check(at('x', 'y'), null), check(a, version), put(a, { n: 2 }), check(b, version))
  }),
  storeCase('checks look at the state before the commit, wherever they stand in it', async (store) => {
    await commit(store, put(a, { n: 1 }), check(a, null))
    same(await readValue(store, a), { n: 1 }, 'a put before its check for null')
    const version = (await read(store, a))!.version
    await commit(store, del(a), check(a, version), put(a, { n: 2 }), check(a, version))
    same(await readValue(store, a), { n: 2 }, 'a check between and after writes')
    await conflict(store, a, put(a, { n: 3 }), check(a, null))
    await conflict(store, b, put(b, { n: 3 }), check(b, version))
    same(await readValue(store, b), undefined, 'a put does not make its own check pass')
  }),
  storeCase('checks of one address that contradict each other fail', async (store) => {
    const version = await commit(store, put(a, { n: 1 }))
    await conflict(store, a, check(a, version), check(a, null), put(b, {}))
    await conflict(store, a, check(a, null), check(a, version), put(b, {}))
    same(await readValue(store, b), undefined, 'nothing was written')
  }),
  storeCase('a commit of checks alone answers, and changes nothing', async (store) => {
    const version = await commit(store, put(a, { n: 1 }))
    await commit(store, check(a, version), check(b, null))
    await conflict(store, a, check(a, null), check(b, null))
    same(await read(store, a), { ...a, value: { n: 1 }, version }, 'the record is as it was')
  }),
  storeCase('a commit carries a thousand changes across collections', async (store) => {
    const at_ = (n: number) => at(`c${n % 7}`, `k${String(n).padStart(4, '0')}`)
    await commit(store, ...Array.from({ length: 1_000 }, (_, n) => put(at_(n), { n })))
    const version = await commit(
      store,
      ...Array.from({ length: 1_000 }, (_, n) => (n % 3 === 0 ? del(at_(n)) : put(at_(n), { n: -n }))),
    )
    const answer = await store.get(Array.from({ length: 1_000 }, (_, n) => at_(n)))
    ok(
      answer.every((entry, n) =>
        n % 3 === 0 ? entry === undefined : entry?.value['n'] === -n && entry.version === version,
      ),
      'each change is there',
    )
    same((await keys(store, 'c0')).length, 143 - 48, 'list agrees')
  }),
]
