import { audience, issuer, secret } from '@threadkeep/gateway/harness'

/** What each gateway of these tests is told: it serves in production on any free port, takes the tokens of `tokenFor`, and limits nobody. */
export function gatewayEnv(data: string): Readonly<Record<string, string>> {
  return {
    THREADKEEP_DATA: data,
    THREADKEEP_HOST: '127.0.0.1',
    THREADKEEP_PORT: '0',
    THREADKEEP_MODE: 'production',
    THREADKEEP_JWT_SECRET: new TextDecoder().decode(secret),
    THREADKEEP_JWT_ISSUER: issuer,
    THREADKEEP_JWT_AUDIENCE: audience,
    THREADKEEP_RATE_LIMIT: 'off',
  }
}
