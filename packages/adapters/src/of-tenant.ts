import { createHash } from 'node:crypto'
import type { BlobStore, LiveBus, SearchChange, SearchHit, SearchIndex } from '@threadkeep/core'
import { assertBlobKey, assertSearchChanges, assertSearchQuery } from '@threadkeep/core'
import { stack } from '@threadkeep/core/store'
import { withPrefixCollections } from '@threadkeep/wrappers'
import type { Backend } from './backend.ts'
import { withRegistration } from './tenant-registry.ts'

/** A tenant's share of a backend: a namespace of its own in everything. Nothing is shared but the machine. */
export function ofTenant(backend: Backend, tenant: string): Omit<Backend, 'close' | 'cacheFailures'> {
  const { store, live, search, blobs, projector } = backend
  const shared = projector === undefined ? {} : { projector }
  if (tenant === '') return { store, live, ...(search && { search }), ...(blobs && { blobs }), ...shared }
  return {
    store: stack(store, [withPrefixCollections({ prefix: tenant }), withRegistration(store, tenant)]),
    live: tenantLiveBus(live, tenant),
    ...(search && { search: tenantSearchIndex(search, tenant) }),
    ...(blobs && { blobs: tenantBlobStore(blobs, tenant) }),
    ...shared,
  }
}

/** Hints of one tenant. */
function tenantLiveBus(inner: LiveBus, tenant: string): LiveBus {
  const topicOf = (topic: string): string => `${tenant}/${topic}`
  return {
    name: inner.name,
    publish: (topic, hint) => inner.publish(topicOf(topic), hint),
    subscribe: (topic, listener) => inner.subscribe(topicOf(topic), listener),
    get healthy() {
      return inner.healthy
    },
    onHealth: (listener) => inner.onHealth(listener),
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  }
}

/**
 * One tenant's documents in a shared index, told apart by their thread ids. A search that names no threads ranks among the newest
 * documents of all tenants, so it may miss old ones.
 */
function tenantSearchIndex(inner: SearchIndex, tenant: string): SearchIndex {
  const prefix = `${tenant}/`
  const inward = (change: SearchChange): SearchChange =>
    change.type === 'put'
      ? { ...change, document: { ...change.document, threadId: prefix + change.document.threadId } }
      : { ...change, threadId: prefix + change.threadId }
  const outward = (hit: SearchHit): SearchHit => ({ ...hit, threadId: hit.threadId.slice(prefix.length) })
  return {
    name: inner.name,
    async apply(changes, options) {
      assertSearchChanges(changes)
      await inner.apply(changes.map(inward), options)
    },
    async query(query, options) {
      assertSearchQuery(query)
      const { after, threadIds } = query
      let position = after && { ...after, threadId: prefix + after.threadId }
      const found: SearchHit[] = []
      for (;;) {
        const hits = await inner.query(
          {
            ...query,
            ...(threadIds && { threadIds: threadIds.map((id) => prefix + id) }),
            ...(position && { after: position }),
          },
          options,
        )
        // Only a search through everything meets the hits of others.
        for (const hit of hits) if (hit.threadId.startsWith(prefix)) found.push(outward(hit))
        if (found.length >= query.limit || hits.length < query.limit) return found.slice(0, query.limit)
        position = hits[hits.length - 1]!
      }
    },
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  }
}

/** One tenant's blobs in a shared store. */
function tenantBlobStore(inner: BlobStore, tenant: string): BlobStore {
  // Keys are `[a-z0-9_]{1,128}`, which a tenant's name need not be.
  const prefix = `${createHash('sha256').update(tenant).digest('hex').slice(0, 24)}_`
  const inward = (key: string): string => {
    assertBlobKey(key)
    return prefix + key
  }
  return {
    name: inner.name,
    put: async (key, bytes, options) => ({ ...(await inner.put(inward(key), bytes, options)), key }),
    async info(key, options) {
      const info = await inner.info(inward(key), options)
      return info && { ...info, key }
    },
    read: async (key, options) => inner.read(inward(key), options),
    delete: async (key, options) => inner.delete(inward(key), options),
    async *list(options) {
      for await (const info of inner.list(options))
        if (info.key.startsWith(prefix)) yield { ...info, key: info.key.slice(prefix.length) }
    },
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  }
}
