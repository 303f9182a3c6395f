import { at, names, token } from '@threadkeep/core'
import type { Store } from '@threadkeep/core/store'
import { copyJsonObject, forward, scan, takeChanges } from '@threadkeep/core/store'

/** A tenant's store that has the tenant on record, in the namespace all share, before the tenant's first commit: whoever works for all tenants finds them. */
export function withRegistration(shared: Store, tenant: string): (inner: Store) => Store {
  let registered: Promise<unknown> | undefined
  const register = (): Promise<unknown> => {
    registered ??= shared
      .commit([{ type: 'put', at: at(names.tenants, token(tenant)), value: { tenant } }])
      .catch((error) => {
        registered = undefined
        throw error
      })
    return registered
  }
  return (inner) =>
    forward(inner, {
      async commit(changes, options) {
        // What the caller does with its changes while the tenant is put on record is no part of the commit.
        const own = takeChanges(changes, copyJsonObject)
        await register()
        return inner.commit(own, options)
      },
    })
}

/** The names of all tenants that have ever written; the empty one, the shared namespace itself, is always among them. */
export async function listTenants(shared: Store): Promise<readonly string[]> {
  const tenants = ['']
  for await (const { value } of scan(shared, names.tenants)) tenants.push(value['tenant'] as string)
  return tenants
}
