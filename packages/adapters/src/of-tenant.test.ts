import type { JsonObject } from '@threadkeep/core'
import { localLiveBus, memoryBlobStore, memorySearchIndex, memoryStore } from '@threadkeep/core'
import { blobCases, searchCases, storeCases } from '@threadkeep/core/conformance'
import type { Change, Clock } from '@threadkeep/core/store'
import { describe, expect, test } from 'vitest'
import type { Backend } from './backend.ts'
import { ofTenant } from './of-tenant.ts'

/** A backend that two tenants share. */
function shared(clock?: Clock) {
  const given = clock ? { clock } : {}
  const backend = {
    store: memoryStore(given),
    live: localLiveBus(),
    search: memorySearchIndex(given),
    blobs: memoryBlobStore(given),
    projector: 'external',
    close: async () => {},
  } satisfies Backend
  const of = (tenant: string) => ({ ...ofTenant(backend, tenant) }) as Required<ReturnType<typeof ofTenant>>
  return { backend, own: of('acme'), others: of('acme2') }
}

// Whatever a tenant does, a neighbour with a like name has done as well, in the same words.
describe('a tenant’s store means what a whole one means', () => {
  for (const { name, run } of storeCases.filter((one) => one.name !== 'names of exactly 512 bytes are fine')) {
    test(name, () =>
      run({
        async open(clock) {
          const { backend, own, others } = shared(clock)
          const commit: typeof own.store.commit = async (changes, options) => {
            const same = Array.isArray(changes) ? copyOf(changes) : []
            const result = await own.store.commit(changes, options)
            await others.store.commit(same.filter((change) => change?.type !== 'check')).catch(() => {})
            return result
          }
          return { ...own.store, commit, close: backend.store.close }
        },
      }),
    )
  }
})

describe('a tenant’s index means what a whole one means', () => {
  for (const { name, run } of searchCases.filter((one) => !/newest thousand|^random/.test(one.name))) {
    test(name, () =>
      run({
        async open(clock) {
          const { backend, own, others } = shared(clock)
          const apply: typeof own.search.apply = async (changes, options) => {
            await Promise.all([own, others].map(({ search }) => search.apply(changes, options)))
          }
          const { close } = backend.search
          return { ...own.search, apply, close, [Symbol.asyncDispose]: close }
        },
      }),
    )
  }
})

describe('a tenant’s blobs mean what whole ones mean', () => {
  for (const { name, run } of blobCases.filter((one) => !/^keys that core does not make/.test(one.name))) {
    test(name, () =>
      run({
        async open(clock) {
          const { backend, own, others } = shared(clock)
          for (const key of ['a', 'b', 'c'])
            await others.blobs.put(key, new Blob(['foreign']).stream() as AsyncIterable<Uint8Array>, { maxBytes: 99 })
          const { close } = backend.blobs
          return { ...own.blobs, close, [Symbol.asyncDispose]: close }
        },
      }),
    )
  }
})

test('a key that is none does not become one by what a tenant’s keys begin with', async () => {
  const { own } = shared()
  for (const key of ['', 'A', '../a', 'x'.repeat(129)]) {
    for (const call of [() => own.blobs.info(key), () => own.blobs.read(key), () => own.blobs.delete(key)]) {
      await expect(call()).rejects.toMatchObject({ code: 'INVALID' })
    }
  }
})

test('hints of a tenant reach those who listen for that tenant, and closing its bus closes nobody else’s', async () => {
  const { backend, own, others } = shared()
  const heard: [string, JsonObject][] = []
  for (const [name, { live }] of Object.entries({ own, others })) {
    await live.subscribe('thread:1', (hint) => heard.push([name, hint]))
  }
  own.live.publish('thread:1', { n: 1 })
  others.live.publish('thread:1', { n: 2 })
  await expect
    .poll(() => heard)
    .toEqual([
      ['own', { n: 1 }],
      ['others', { n: 2 }],
    ])
  await own.live.close()
  expect([own.live.healthy, backend.live.healthy]).toEqual([true, true])
})

test('the shared namespace itself is the backend as it is, with only the parts that it has', () => {
  const { backend } = shared()
  const { store, live, search, blobs } = backend
  expect(ofTenant(backend, '')).toEqual({ store, live, search, blobs, projector: 'external' })
  for (const tenant of ['', 'acme']) {
    expect(Object.keys(ofTenant({ store, live, close: async () => {} }, tenant))).toEqual(['store', 'live'])
  }
})

/** The changes as they are now; none where they cannot be copied, which is what no store takes. */
function copyOf(changes: readonly Change[]): readonly Change[] {
  try {
    return structuredClone(changes)
  } catch {
    return []
  }
}
