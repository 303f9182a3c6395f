import { serverAudits } from 'graphql-http'
import { expect, it } from 'vitest'
import { startTestGateway } from './harness.ts'

// The audits of the GraphQL-over-HTTP specification, asked by somebody with a valid token.
for (const { name } of serverAudits({ url: 'http://127.0.0.1' })) {
  if (!name.startsWith('MUST')) continue
  it(name, async () => {
    const gateway = await startTestGateway()
    const { token } = await gateway.person('auditor')
    const fetchFn: typeof fetch = (input, init) =>
      fetch(input, {
        ...init,
        headers: { ...(init?.headers as Record<string, string>), authorization: `Bearer ${token}` },
      })
    const audit = serverAudits({ url: `${gateway.url}/graphql`, fetchFn }).find((one) => one.name === name)!
    const result = await audit.fn()
    expect(result.status, 'reason' in result ? result.reason : undefined).toBe('ok')
  })
}
