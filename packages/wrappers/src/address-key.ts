import type { Address } from '@threadkeep/core/store'

/** One string for one address. No name may hold a NUL, so two addresses never share one. */
export function addressKey(at: Address): string {
  return `${at.collection}\u0000${at.key}`
}
