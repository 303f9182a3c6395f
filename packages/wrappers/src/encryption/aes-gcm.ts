import type { KeyObject } from 'node:crypto'
import { createCipheriv, createDecipheriv, createSecretKey, randomFillSync } from 'node:crypto'

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16
const poolBytes = nonceBytes * 512

/** A key that seals bytes with AES-256-GCM: nonce, ciphertext and 128-bit tag in one piece. */
export interface AesKey {
  /** A fresh random 96-bit nonce each time: at most 2^32 seals under one key keep the risk of a repeat below 2^-32. */
  seal(plaintext: string, associated: Buffer): Buffer
  /** Undefined for whatever this key did not seal with the very same associated data. */
  open(sealed: Buffer, associated: Buffer): string | undefined
}

/** The key of 32 bytes. The bytes are held where neither `inspect` nor JSON shows them. */
export function aesKey(bytes: Buffer): AesKey {
  const key: KeyObject = createSecretKey(bytes)
  return {
    seal(plaintext, associated) {
      const nonce = nextNonce()
      const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
      cipher.setAAD(associated)
      const body = cipher.update(plaintext, 'utf8')
      return Buffer.concat([nonce, body, cipher.final(), cipher.getAuthTag()])
    },
    open(sealed, associated) {
      if (sealed.length < nonceBytes + tagBytes) return undefined
      const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
      decipher.setAAD(associated)
      decipher.setAuthTag(sealed.subarray(-tagBytes))
      const body = decipher.update(sealed.subarray(nonceBytes, -tagBytes))
      try {
        decipher.final()
      } catch {
        return undefined
      }
      return body.toString()
    },
  }
}

// Randomness is drawn in bulk; no part of the pool is ever handed out twice.
const pool = Buffer.alloc(poolBytes)
let used = poolBytes

function nextNonce(): Buffer {
  if (used === poolBytes) {
    randomFillSync(pool)
    used = 0
  }
  const nonce = Buffer.from(pool.subarray(used, used + nonceBytes))
  used += nonceBytes
  return nonce
}

/** Parts joined so that no two lists of parts give the same bytes: each is preceded by its length. */
export function associatedData(parts: readonly string[]): Buffer {
  const lengths = parts.map((part) => Buffer.byteLength(part))
  const bytes = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + 4 + length, 0))
  let offset = 0
  for (let n = 0; n < parts.length; n++) {
    offset = bytes.writeUInt32BE(lengths[n]!, offset)
    offset += bytes.write(parts[n]!, offset)
  }
  return bytes
}
