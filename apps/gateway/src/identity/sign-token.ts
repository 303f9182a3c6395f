import { SignJWT } from 'jose'

/** What a token of our own says. */
export interface TokenClaims {
  readonly userId: string
  readonly secret: Uint8Array
  readonly issuer: string
  readonly audience: string
  /** Epoch milliseconds. */
  readonly issuedAt: number
  /** Seconds. */
  readonly lifetime: number
  readonly scopes?: readonly string[]
  /** Further claims, such as the tenant. */
  readonly claims?: Readonly<Record<string, unknown>>
}

/** Signs a token with a shared secret: for development and for tests. */
export function signToken(options: TokenClaims): Promise<string> {
  const { userId, secret, issuer, audience, issuedAt, lifetime, scopes = [], claims = {} } = options
  const at = Math.floor(issuedAt / 1000)
  return new SignJWT({ ...claims, ...(scopes.length > 0 && { scope: scopes.join(' ') }) })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(userId)
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(at)
    .setExpirationTime(at + lifetime)
    .sign(secret)
}
