import { type ConformanceCase, hour, storeCase } from './conformance-case.ts'
import { ok, same } from './expect.ts'
import { at, check, commit, del, put, read, readValue } from './steps.ts'

const a = at('left', 'a')
const b = at('right', 'b')

/** What `commit` guarantees when many write at once. */
export const concurrencyCases: readonly ConformanceCase[] = [
  storeCase('fifty concurrent increments by check lose none', async (store) => {
    await commit(store, put(a, { n: 0 }))
    const increment = async (): Promise<void> => {
      for (;;) {
        const entry = await read(store, a)
        ok(entry, 'the counter exists')
        const result = await store.commit([check(a, entry.version), put(a, { n: (entry.value['n'] as number) + 1 })])
        if (result.ok) return
      }
    }
    await Promise.all(Array.from({ length: 50 }, increment))
    same(await readValue(store, a), { n: 50 }, 'every increment counts')
  }),
  storeCase('of many concurrent creations of one record exactly one happens', async (store) => {
    for (let round = 0; round < 5; round++) {
      const address = at('left', `k${round}`)
      const tries = Array.from({ length: 20 }, (_, n) => store.commit([check(address, null), put(address, { n })]))
      const results = await Promise.all(tries)
      same(results.filter((result) => result.ok).length, 1, 'one creation')
      same(await readValue(store, address), { n: results.findIndex((result) => result.ok) }, 'and its value is there')
    }
  }),
  storeCase('so it is with creations where a record has expired', async (store, clock) => {
    await commit(store, put(a, { old: true }, clock.now() + hour))
    clock.advance(hour)
    const tries = Array.from({ length: 20 }, (_, n) => store.commit([check(a, null), put(a, { n })]))
    const results = await Promise.all(tries)
    same(results.filter((result) => result.ok).length, 1, 'one creation')
    same(await readValue(store, a), { n: results.findIndex((result) => result.ok) }, 'and its value is there')
  }),
  storeCase('of many concurrent deletions that check exactly one happens', async (store) => {
    for (let round = 0; round < 5; round++) {
      const version = await commit(store, put(a, { round }))
      const tries = Array.from({ length: 20 }, () => store.commit([check(a, version), del(a)]))
      same((await Promise.all(tries)).filter((result) => result.ok).length, 1, 'one deletion')
      same(await readValue(store, a), undefined, 'and it is gone')
    }
  }),
  storeCase('two commits that check what the other writes never both happen', async (store) => {
    for (let round = 0; round < 20; round++) {
      const version = await commit(store, put(a, { onCall: true }), put(b, { onCall: true }))
      const results = await Promise.all([
        store.commit([check(a, version), put(b, { onCall: false })]),
        store.commit([check(b, version), put(a, { onCall: false })]),
      ])
      same(results.filter((result) => result.ok).length, 1, 'one of them happens, the other is told of its conflict')
    }
  }),
  storeCase('the same holds for records that are only checked for absence', async (store) => {
    for (let round = 0; round < 20; round++) {
      await commit(store, del(a), del(b))
      const results = await Promise.all([
        store.commit([check(a, null), put(b, { n: 1 })]),
        store.commit([check(b, null), put(a, { n: 1 })]),
      ])
      same(results.filter((result) => result.ok).length, 1, 'one of them happens')
      same((await store.get([a, b])).filter(Boolean).length, 1, 'and one record is there')
    }
  }),
  storeCase('a record that is only checked cannot change under the commit', async (store) => {
    for (let round = 0; round < 20; round++) {
      const version = await commit(store, put(a, { open: true }), del(b))
      const [guarded, closing] = await Promise.all([
        store.commit([check(a, version), check(b, null), put(b, { round })]),
        store.commit([check(b, null), put(a, { open: false })]),
      ])
      ok(guarded.ok !== closing.ok, 'either the write under guard or the closing happens, never both')
      same(await readValue(store, a), { open: guarded.ok }, 'and the records tell the same story')
    }
  }),
  storeCase('no reader ever sees half a commit', async (store) => {
    await commit(store, put(a, { n: 0 }), put(b, { n: 0 }))
    let writing = true
    const write = async (): Promise<void> => {
      for (let n = 1; n <= 40; n++) await commit(store, put(a, { n }), put(b, { n }))
      writing = false
    }
    const watch = async (): Promise<void> => {
      while (writing) {
        const [left, right] = await store.get([a, b])
        same(left?.value, right?.value, 'both records are of one commit')
        // A store that answers without a trip to a server would never let the writer go on.
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    await Promise.all([write(), watch(), watch()])
  }),
  storeCase('concurrent writers without checks leave one whole commit', async (store) => {
    for (let round = 0; round < 5; round++) {
      await Promise.all(Array.from({ length: 20 }, (_, n) => commit(store, put(a, { n, round }), put(b, { n, round }))))
      const [left, right] = await store.get([a, b])
      same(left?.value, right?.value, 'both records are of the same writer')
      same(left?.version, right?.version, 'and carry its version')
    }
  }),
]
