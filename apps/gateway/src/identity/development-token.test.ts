import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@threadkeep/core/store'
import { expect, onTestFinished, test } from 'vitest'
import { startTestGateway } from '../../test/harness.ts'
import { readConfig } from '../config/read-config.ts'
import { tokenFor } from './development-token.ts'
import { tokenSecret } from './token-secret.ts'

function config(env: Record<string, string> = {}) {
  const data = mkdtempSync(join(tmpdir(), 'threadkeep-token-'))
  onTestFinished(() => rmSync(data, { recursive: true, force: true }))
  return readConfig(['--data', data], env)!
}

test('in development anybody gets a token that a gateway on the same data accepts, without scopes', async () => {
  const settings = config()
  const token = await tokenFor('bob', settings, systemClock)
  const key = (await tokenSecret(settings))!
  const gateway = await startTestGateway({ auth: { ...settings.auth, key } })
  const run = async (query: string) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
    const response = await fetch(`${gateway.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })
    return response.json()
  }
  expect(await run('mutation { createUser(input: {}) { user { id } } }')).toEqual({
    data: { createUser: { user: { id: 'bob' } } },
  })
  expect(await run('{ systemStats { totalUsers } }')).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] })
})

test.each<[string | undefined, Record<string, string>]>([
  [undefined, {}],
  [' ', {}],
  ['bob', { THREADKEEP_JWKS_URL: 'http://127.0.0.1/keys' }],
  [
    'bob',
    {
      ...{ THREADKEEP_MODE: 'production', THREADKEEP_JWT_SECRET: 'x'.repeat(32) },
      ...{ THREADKEEP_JWT_ISSUER: 'us', THREADKEEP_JWT_AUDIENCE: 'us' },
    },
  ],
])('a token for %j with %j is refused', async (userId, env) => {
  await expect(tokenFor(userId, config(env), systemClock)).rejects.toMatchObject({ code: 'MISCONFIGURED' })
})
