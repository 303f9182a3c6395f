import type { Clock } from '@threadkeep/core/store'
import type { Config } from '../config/read-config.ts'
import { developmentToken } from '../identity/development-token.ts'

/** What a developer reads when the gateway has started: where it is, and a token that works. */
export async function welcome(
  url: string,
  config: Config,
  secret: Uint8Array | undefined,
  clock: Clock,
): Promise<string> {
  const lines = ['', `  Threadkeep serves GraphQL at ${url}/graphql`]
  // With keys of somebody else there is nothing to sign a token with.
  if (!secret) return [...lines, '', ''].join('\n')
  const scopes = ['search:any', 'stats:system', 'admin', 'items:hidden'] as const
  const token = await developmentToken(config.auth, secret, clock, 'ada', scopes)
  if (config.graphiql)
    lines.push('', '  Try it in a browser, with a token that makes you ada:', `  ${url}/graphql#token=${token}`)
  lines.push(
    '',
    '  Or from a shell:',
    `  curl ${url}/graphql -H 'content-type: application/json' \\`,
    `    -H 'authorization: Bearer ${token}' \\`,
    `    -d '{"query":"{ threads { nodes { id title } } }"}'`,
    '',
    '  A token for somebody else: npm start -- token bob',
  )
  return [...lines, '', ''].join('\n')
}
