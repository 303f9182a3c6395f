import type { Wrapper } from '@threadkeep/core/store'
import type { EncryptionOptions } from './encryption/record-cipher.ts'
import { createRecordCipher } from './encryption/record-cipher.ts'
import { transformValues } from './transform-values.ts'

/**
 * Values are stored encrypted and authenticated, each bound to its collection, key and tenant: one that was read, changed,
 * cut, or moved elsewhere without a key is `DECRYPTION_FAILED`. Names, versions, expiry and sizes are not hidden.
 */
export function withEncryption(options: EncryptionOptions): Wrapper {
  const cipher = createRecordCipher(options)
  return (inner) => transformValues(inner, { encode: cipher.seal, decode: cipher.open })
}
