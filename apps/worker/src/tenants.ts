import type { Backend } from '@threadkeep/adapters'
import { listTenants, ofTenant } from '@threadkeep/adapters'
import type { LiveBus, Threadkeep } from '@threadkeep/core'
import { createThreadkeep } from '@threadkeep/core'
import type { Clock, Store } from '@threadkeep/core/store'

/** Everybody a worker works for. */
export interface Tenants {
  /** Where what belongs to all is kept. */
  readonly shared: Store
  /** Their names, at most a second old. */
  list(): Promise<readonly string[]>
  storeOf(tenant: string): Store
  /** Carries the tenant's hints. */
  liveOf(tenant: string): LiveBus
  of(tenant: string): Threadkeep
  close(): Promise<void>
}

const keepFor = 1_000

interface Opened {
  readonly store: Store
  readonly live: LiveBus
  readonly keep: Threadkeep
}

/** The tenants of a backend. Their Threadkeeps leave the events to the worker. */
export function openTenants(backend: Backend, clock: Clock, onError: (error: unknown, where: string) => void): Tenants {
  const opened = new Map<string, Opened>()
  let listing: { readonly at: number; readonly names: Promise<readonly string[]> } | undefined

  function open(tenant: string): Opened {
    let one = opened.get(tenant)
    if (!one) {
      const share = ofTenant(backend, tenant)
      one = {
        store: share.store,
        live: share.live,
        keep: createThreadkeep({ ...share, projector: 'external', clock, hooks: { onError } }),
      }
      opened.set(tenant, one)
    }
    return one
  }

  return {
    shared: backend.store,
    list() {
      if (!listing || clock.now() - listing.at >= keepFor) {
        const names = listTenants(backend.store)
        listing = { at: clock.now(), names }
        names.catch(() => {
          listing = undefined
        })
      }
      return listing.names
    },
    storeOf: (tenant) => open(tenant).store,
    liveOf: (tenant) => open(tenant).live,
    of: (tenant) => open(tenant).keep,
    async close() {
      await Promise.all([...opened.values()].map(({ keep }) => keep.close()))
    },
  }
}
