import type { Config } from '../config/read-config.ts'
import { signToken } from '../identity/sign-token.ts'

const lifetime = 12 * 60 * 60

/** What a developer reads when the gateway has started: where it is, and a token that works. */
export async function welcome(url: string, config: Config, secret: Uint8Array | undefined): Promise<string> {
  const { issuer, audience, tenantClaim, maxAge } = config.auth
  const lines = ['', `  Threadkeep serves GraphQL at ${url}/graphql`]
  // With keys of somebody else there is nothing to sign a token with.
  if (!secret) return [...lines, '', ''].join('\n')
  const token = await signToken({
    userId: 'ada',
    secret,
    issuer,
    audience,
    issuedAt: Date.now(),
    lifetime: Math.min(lifetime, maxAge),
    scopes: ['search:any', 'stats:system', 'admin', 'items:hidden'],
    claims: tenantClaim === undefined ? {} : { [tenantClaim]: 'development' },
  })
  if (config.graphiql)
    lines.push('', '  Try it in a browser, with a token that makes you ada:', `  ${url}/graphql#token=${token}`)
  lines.push(
    '',
    '  Or from a shell:',
    `  curl ${url}/graphql -H 'content-type: application/json' \\`,
    `    -H 'authorization: Bearer ${token}' \\`,
    `    -d '{"query":"{ threads { nodes { id title } } }"}'`,
  )
  return [...lines, '', ''].join('\n')
}
