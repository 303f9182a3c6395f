import type { Actor, RateVerdict, Threadkeep } from '@threadkeep/core'
import type { Millis } from '@threadkeep/core/store'
import type { Loaders } from './loaders.ts'
import { createLoaders } from './loaders.ts'

/** Somebody with a valid token, and the Threadkeep of their tenant. */
export interface Caller {
  readonly actor: Actor
  readonly keep: Threadkeep
  /** Whose namespace: empty without tenants. */
  readonly tenant: string
  /** When the token ends. */
  readonly expiresAt: Millis
}

/** What every resolver gets: who asks, the Threadkeep of the asker's tenant, and what is shared within one request. */
export interface RequestContext extends Caller {
  readonly load: Loaders
  /** Stands in logs and in masked errors. */
  readonly requestId: string
  /** Aborted at the deadline and when the client has gone. */
  readonly signal: AbortSignal
  /** Aborted half a deadline from the call on: what can be gone on with later stops there, so that an answer gets out. */
  readonly halfTime: () => AbortSignal
  /** What this request cost, and what its user has left. */
  readonly spent: { readonly cost: number; readonly verdict: RateVerdict | undefined }
  /** Whether the operation asks for a field anywhere, `Message.author` for example: then it can be loaded ahead. */
  readonly asksFor: (field: string) => boolean
}

/** A context and how to give its request up. Loaders and signal are made when somebody wants them. */
export function createContext(
  { actor, keep, tenant, expiresAt }: Caller,
  requestId: string,
  spent: RequestContext['spent'],
  asksFor: RequestContext['asksFor'],
  deadline = Number.POSITIVE_INFINITY,
): { readonly context: RequestContext; readonly abort: () => void } {
  let load: Loaders | undefined
  let controller: AbortController | undefined
  let aborted = false
  return {
    context: {
      actor,
      keep,
      tenant,
      expiresAt,
      requestId,
      spent,
      asksFor,
      halfTime: () => AbortSignal.timeout(Math.floor(Math.min(deadline / 2, 2 ** 31 - 1))),
      get load() {
        load ??= createLoaders(keep, actor)
        return load
      },
      get signal() {
        if (!controller) {
          controller = new AbortController()
          if (aborted) controller.abort()
        }
        return controller.signal
      },
    },
    abort() {
      aborted = true
      controller?.abort()
    },
  }
}
