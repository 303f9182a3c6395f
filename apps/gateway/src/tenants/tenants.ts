import type { Backend } from '@threadkeep/adapters'
import { ofTenant } from '@threadkeep/adapters'
import type { Threadkeep } from '@threadkeep/core'
import { createThreadkeep } from '@threadkeep/core'
import type { Clock } from '@threadkeep/core/store'

/** The Threadkeeps of a gateway: one for each tenant, all on one backend. */
export interface Tenants extends AsyncDisposable {
  /** The Threadkeep of a tenant; the empty name is the whole backend's own namespace. */
  of(tenant: string): Threadkeep
  /** How many are open. */
  readonly size: number
  close(): Promise<void>
}

/** How Threadkeeps are made. */
export interface TenantsOptions {
  readonly backend: Backend
  readonly clock: Clock
  readonly onError: (error: unknown, where: string) => void
}

/** Opens Threadkeeps as tenants turn up: nothing is read or written before the first call. */
export function createTenants({ backend, clock, onError }: TenantsOptions): Tenants {
  const open = new Map<string, Threadkeep>()
  const close = async (): Promise<void> => {
    await Promise.all([...open.values()].map((keep) => keep.close()))
  }
  return {
    of(tenant) {
      let keep = open.get(tenant)
      if (!keep) {
        keep = createThreadkeep({ ...ofTenant(backend, tenant), clock, hooks: { onError } })
        open.set(tenant, keep)
      }
      return keep
    },
    get size() {
      return open.size
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
