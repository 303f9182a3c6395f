import type { Address, Entry, JsonObject, Store } from '@threadkeep/core/store'
import { assertAddress, forward, takeAddresses } from '@threadkeep/core/store'
import { mapPuts } from './map-puts.ts'

/** How values are written differently from how they are read. */
export interface ValueCodec {
  /** What is stored in place of a value. Refuses what is not JSON, unless it answers the value itself. */
  encode(value: JsonObject, at: Address): JsonObject
  /** The value that was written, from what is stored. */
  decode(stored: JsonObject, at: Address): JsonObject
}

/**
 * A store whose values go through a codec in both directions; names, versions and expiry stay as they are. What `get`
 * answers is decoded for the address that was asked for, not for the one the store claims it has.
 */
export function transformValues(inner: Store, codec: ValueCodec): Store {
  const decode = (entry: Entry, at: Address): Entry => {
    const value = codec.decode(entry.value, at)
    return value === entry.value ? entry : { ...entry, value }
  }

  return forward(inner, {
    async get(at, options) {
      const asked = takeAddresses(at)
      const found = await inner.get(asked, options)
      return found.map((entry, n) => entry && decode(entry, asked[n]!))
    },
    async list(collection, range, options) {
      const found = await inner.list(collection, range, options)
      return found.map((entry) => decode(entry, { collection, key: entry.key }))
    },
    async commit(changes, options) {
      const encoded = mapPuts(changes, (put) => {
        assertAddress(put.at)
        const value = codec.encode(put.value, put.at)
        return value === put.value ? put : { ...put, value }
      })
      return inner.commit(encoded, options)
    },
  })
}
