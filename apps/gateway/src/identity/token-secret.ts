import { mkdir } from 'node:fs/promises'
import { isThreadkeepError, ThreadkeepError } from '@threadkeep/core/store'
import type { Config } from '../config/read-config.ts'
import { developmentSecret } from './development-secret.ts'

/** The secret that tokens are signed and proven with; undefined where public keys prove them. Makes the data directory. */
export async function tokenSecret({ auth, data }: Pick<Config, 'auth' | 'data'>): Promise<Uint8Array | undefined> {
  try {
    await mkdir(data, { recursive: true })
    if (auth.jwks !== undefined) return undefined
    return auth.secret === undefined ? await developmentSecret(data) : new TextEncoder().encode(auth.secret)
  } catch (cause) {
    if (isThreadkeepError(cause)) throw cause
    const advice = 'Give --data (THREADKEEP_DATA) a directory that this process may write to.'
    throw new ThreadkeepError('MISCONFIGURED', `${(cause as Error).message}. ${advice}`, { cause })
  }
}
