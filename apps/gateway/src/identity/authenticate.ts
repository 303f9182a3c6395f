import type { Scope } from '@threadkeep/core'
import type { Clock } from '@threadkeep/core/store'
import { isThreadkeepError, ThreadkeepError } from '@threadkeep/core/store'
import type { JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose'
import { jwtVerify } from 'jose'
import { lruMap } from '../pipeline/lru-map.ts'
import type { Authenticate, Identity } from './identity.ts'

/** How tokens are proven. */
export interface AuthenticateOptions {
  /** A shared secret for HS256, or where public keys come from. */
  readonly key: Uint8Array | JWTVerifyGetKey
  readonly issuer: string
  readonly audience: string
  /** The claim that names the tenant. Where given, tokens without it are refused. */
  readonly tenantClaim?: string | undefined
  /** Seconds since `iat` after which a token no longer counts, whatever its `exp`. */
  readonly maxAge: number
  readonly clock: Clock
}

const scopes: ReadonlySet<string> = new Set<Scope>(['search:any', 'stats:system', 'admin', 'items:hidden'])
const tenantName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/
const maxToken = 8_192
const maxKept = 10_000
/** A proof is repeated after this time: a key that was taken away takes its tokens with it. */
const proofLasts = 60_000
const clockTolerance = 5

/**
 * Proves tokens: the algorithms fixed by the kind of key, issuer and audience equal, `exp`, `iat` and `sub` there. A proof is
 * remembered for a minute at most. Everybody who fails hears the same.
 */
export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  const { key, issuer, audience, tenantClaim, maxAge, clock } = options
  const proven = lruMap<string, { readonly identity: Promise<Identity>; readonly until: number }>(maxKept)
  const rules: JWTVerifyOptions = {
    // Never taken from the token: a public key must not serve as a secret.
    algorithms: key instanceof Uint8Array ? ['HS256'] : ['RS256', 'PS256', 'ES256', 'EdDSA'],
    issuer,
    audience,
    requiredClaims: ['exp', 'iat', 'sub'],
    maxTokenAge: maxAge,
    clockTolerance,
  }

  async function prove(token: string): Promise<Identity> {
    const current = { ...rules, currentDate: new Date(clock.now()) }
    // Two signatures in the types of jose, one in its code.
    const { payload } =
      key instanceof Uint8Array ? await jwtVerify(token, key, current) : await jwtVerify(token, key, current)
    return readClaims(payload, tenantClaim, maxAge)
  }

  return async (token) => {
    if (!token || token.length > maxToken) throw unauthenticated()
    const now = clock.now()
    const known = proven.get(token)
    if (known && known.until > now) {
      const identity = await known.identity
      if (identity.expiresAt > clock.now()) return identity
      throw unauthenticated()
    }
    const identity = prove(token)
    proven.set(token, { identity, until: now + proofLasts })
    try {
      return await identity
    } catch (error) {
      proven.delete(token)
      throw isThreadkeepError(error, 'UNAVAILABLE') ? error : unauthenticated()
    }
  }
}

function readClaims(claims: JWTPayload, tenantClaim: string | undefined, maxAge: number): Identity {
  const { sub, exp, iat } = claims
  const tenant = tenantClaim === undefined ? '' : claims[tenantClaim]
  if (typeof sub !== 'string' || sub === '' || exp === undefined || iat === undefined) throw unauthenticated()
  if (typeof tenant !== 'string' || (tenantClaim !== undefined && !tenantName.test(tenant))) throw unauthenticated()
  return Object.freeze({
    actor: Object.freeze({ userId: sub, scopes: Object.freeze(readScopes(claims)) }),
    tenant,
    expiresAt: (Math.min(exp, iat + maxAge) + clockTolerance) * 1000,
  })
}

/** `scope` as OAuth writes it (words in one text), or `scopes` as a list; words that mean nothing here are left out. */
function readScopes({ scope, scopes: list }: JWTPayload): readonly Scope[] {
  const words = Array.isArray(list) ? list : typeof scope === 'string' ? scope.split(' ') : []
  return words.filter((word): word is Scope => scopes.has(word as string))
}

/** The one answer to whoever cannot prove who they are. */
export function unauthenticated(): ThreadkeepError {
  return new ThreadkeepError('UNAUTHENTICATED', 'Send a valid token: `Authorization: Bearer …`.')
}
