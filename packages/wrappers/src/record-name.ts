import type { Address } from '@threadkeep/core/store'

/** A record as error messages speak of it. */
export function recordName({ collection, key }: Address): string {
  return `${JSON.stringify(key)} in ${JSON.stringify(collection)}`
}
