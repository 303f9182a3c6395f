import { at, names, token } from '@threadkeep/core'
import type { Store } from '@threadkeep/core/store'
import { forward, scan } from '@threadkeep/core/store'

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
    forward(inner, { commit: (changes, options) => register().then(() => inner.commit(changes, options)) })
}

/** The names of all tenants that have ever written; the empty one, the shared namespace itself, is always among them. */
export async function listTenants(shared: Store): Promise<readonly string[]> {
  const tenants = ['']
  for await (const { value } of scan(shared, names.tenants)) tenants.push(value['tenant'] as string)
  return tenants
}
