import type { Clock } from '@threadkeep/core/store'
import { ThreadkeepError } from '@threadkeep/core/store'
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose'
import { createLocalJWKSet, errors } from 'jose'

/** Where public keys are found. */
export interface KeySetOptions {
  readonly url: string
  readonly clock: Clock
  readonly fetch?: typeof fetch
}

/** Keys are fetched anew after this time … */
const fresh = 10 * 60_000
/** … and still serve so long while the key server cannot be reached. */
const usable = 24 * 60 * 60_000
/** After a fetch, good or bad, unknown keys ask for no other one within this time. */
const pause = 30_000
const timeout = 5_000

/**
 * The keys of a JWKS address: kept, fetched by one request at a time, and not asked for again because of keys that nobody knows.
 * `UNAVAILABLE` when none could ever be fetched.
 */
export function createKeySet(options: KeySetOptions): JWTVerifyGetKey {
  const { url, clock, fetch: request = fetch } = options
  let keys: { readonly find: JWTVerifyGetKey; readonly at: number } | undefined
  let triedAt = Number.NEGATIVE_INFINITY
  let fetching: Promise<void> | undefined

  async function load(): Promise<void> {
    const response = await request(url, {
      headers: { accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(timeout),
    })
    if (!response.ok) throw new Error(`The key server answered ${response.status}.`)
    keys = { find: createLocalJWKSet((await response.json()) as JSONWebKeySet), at: clock.now() }
  }

  /** Answers whether there was anything to wait for. */
  async function refresh(): Promise<boolean> {
    if (!fetching && clock.now() - triedAt < pause) return false
    fetching ??= load()
      .catch(() => {})
      .finally(() => {
        triedAt = clock.now()
        fetching = undefined
      })
    await fetching
    return true
  }

  const age = (): number => (keys ? clock.now() - keys.at : Number.POSITIVE_INFINITY)

  return async (header, token) => {
    if (age() > fresh) await refresh()
    if (!keys || age() > usable)
      throw new ThreadkeepError('UNAVAILABLE', 'The key server cannot be reached, so tokens cannot be proven.')
    try {
      return await keys.find(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !(await refresh())) throw error
      return keys.find(header, token)
    }
  }
}
