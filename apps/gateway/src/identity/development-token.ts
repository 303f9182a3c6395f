import type { Scope } from '@threadkeep/core'
import type { Clock } from '@threadkeep/core/store'
import { ThreadkeepError } from '@threadkeep/core/store'
import type { Config } from '../config/read-config.ts'
import { signToken } from './sign-token.ts'
import { tokenSecret } from './token-secret.ts'

const lifetime = 12 * 60 * 60

/** A token for half a day that a gateway with these settings accepts. */
export function developmentToken(
  { issuer, audience, tenantClaim, maxAge }: Config['auth'],
  secret: Uint8Array,
  clock: Clock,
  userId: string,
  scopes: readonly Scope[] = [],
): Promise<string> {
  return signToken({
    ...{ userId, secret, issuer, audience, scopes },
    issuedAt: clock.now(),
    lifetime: Math.min(lifetime, maxAge),
    claims: tenantClaim === undefined ? {} : { [tenantClaim]: 'development' },
  })
}

/** The token that `threadkeep-gateway token <user>` prints, without scopes. `MISCONFIGURED` where this process may not make tokens. */
export async function tokenFor(userId: string | undefined, config: Config, clock: Clock): Promise<string> {
  if (userId === undefined || userId.trim() === '')
    throw new ThreadkeepError('MISCONFIGURED', 'Say for whom: token bob.')
  if (config.production)
    throw new ThreadkeepError('MISCONFIGURED', 'In production tokens come from whoever signs your people in.')
  const secret = await tokenSecret(config)
  if (!secret)
    throw new ThreadkeepError('MISCONFIGURED', 'With --jwks-url tokens come from whoever has the private key.')
  return developmentToken(config.auth, secret, clock, userId)
}
