import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ThreadkeepError } from '@threadkeep/core/store'

const name = 'development-secret'

/** The secret of a development gateway: made at its first start, readable by its user alone, the same ever after. */
export async function developmentSecret(directory: string): Promise<Uint8Array> {
  const path = join(directory, name)
  await mkdir(directory, { recursive: true })
  try {
    // Whoever comes first makes it; two that start at once get the same.
    await writeFile(path, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const secret = (await readFile(path, 'utf8')).trim()
  if (secret.length < 43)
    throw new ThreadkeepError('MISCONFIGURED', `${path} holds no whole secret: delete it, and a new one is made.`)
  return new TextEncoder().encode(secret)
}
