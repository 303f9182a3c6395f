import { tracingChannel } from 'node:diagnostics_channel'
import type { Address, Wrapper } from '@threadkeep/core/store'
import { forward } from '@threadkeep/core/store'

/** What a subscriber learns of one call. Node adds `result` or `error` when it ends. */
export interface StoreTrace {
  readonly store: string
  readonly operation: 'get' | 'list' | 'commit'
  /** The collection, where there is only one. */
  readonly collection: string | undefined
  /** How many addresses a get asks for, changes a commit makes, or records a list may answer. */
  readonly size: number
}

/** Where traces are published. */
export interface TracingOptions {
  /** Default `threadkeep:store`: subscribe with `diagnostics_channel.tracingChannel('threadkeep:store')`. */
  readonly channel?: string
}

/**
 * Publishes start, end and failure of every call through `node:diagnostics_channel`, in the async context of the call.
 * Without a subscriber it does nothing.
 */
export function withTracing({ channel: name = 'threadkeep:store' }: TracingOptions = {}): Wrapper {
  const channel = tracingChannel<StoreTrace, StoreTrace>(name)
  return (inner) =>
    forward(inner, {
      get(at, options) {
        if (!channel.hasSubscribers) return inner.get(at, options)
        return channel.tracePromise(() => inner.get(at, options), describe(inner.name, 'get', at))
      },
      list(collection, range, options) {
        if (!channel.hasSubscribers) return inner.list(collection, range, options)
        const trace: StoreTrace = { store: inner.name, operation: 'list', collection, size: range?.limit }
        return channel.tracePromise(() => inner.list(collection, range, options), trace)
      },
      commit(changes, options) {
        if (!channel.hasSubscribers) return inner.commit(changes, options)
        const at = Array.isArray(changes) ? changes.map((change) => change?.at) : []
        return channel.tracePromise(() => inner.commit(changes, options), describe(inner.name, 'commit', at))
      },
    })
}

function describe(store: string, operation: 'get' | 'commit', at: readonly Address[]): StoreTrace {
  const list: readonly (Address | undefined)[] = Array.isArray(at) ? at : []
  const first = list[0]?.collection
  const collection = list.every((address) => address?.collection === first) ? first : undefined
  return { store, operation, collection, size: list.length }
}
