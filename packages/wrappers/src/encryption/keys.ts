import { pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { ThreadkeepError } from '@threadkeep/core/store'
import { toBase64Url } from '../base64.ts'

/** 256 bits of key: 32 raw bytes, or their text in base64, base64url or hex. */
export type KeyMaterial = string | Uint8Array

const keyBytes = 32
/** What py-key-value derives its keys with. */
const derivationRounds = 1_200_000

/** A new random key as URL-safe base64, fit for AES-256-GCM and for Fernet. Keep it where secrets are kept. */
export function generateKey(): string {
  return toBase64Url(randomBytes(keyBytes))
}

/**
 * The key that a passphrase and a salt stand for (PBKDF2, SHA-256, 1,200,000 rounds: py-key-value's `source_material`
 * and `salt`). It is no stronger than the passphrase; prefer `generateKey()`.
 */
export async function deriveKey(passphrase: string, salt: string): Promise<string> {
  if (typeof passphrase !== 'string' || passphrase.trim() === '' || typeof salt !== 'string' || salt.trim() === '') {
    throw new ThreadkeepError('MISCONFIGURED', 'deriveKey needs a passphrase and a salt that are not blank.')
  }
  return toBase64Url(await promisify(pbkdf2)(passphrase, salt, derivationRounds, keyBytes, 'sha256'))
}

/** The 32 bytes of a key. Says what is wrong with any other material, and never shows it. */
export function parseKey(option: string, material: KeyMaterial): Buffer {
  const bytes = typeof material === 'string' ? decodeText(option, material) : decodeBytes(option, material)
  if (bytes.every((byte) => byte === bytes[0])) {
    throw refuse(option, 'repeats one single byte, so it was never random')
  }
  return bytes
}

function decodeBytes(option: string, material: unknown): Buffer {
  if (!(material instanceof Uint8Array)) {
    throw refuse(option, `must be a string or a Uint8Array, not ${material === null ? 'null' : typeof material}`)
  }
  // Text that came as bytes: random bytes are practically never all printable.
  if (
    material.length > 0 &&
    material.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d)
  ) {
    return decodeText(option, Buffer.from(material).toString('latin1'))
  }
  if (material.length !== keyBytes) throw refuse(option, `has ${material.length} bytes; ${keyBytes} are needed`)
  return Buffer.from(material)
}

function decodeText(option: string, material: string): Buffer {
  const text = material.trim()
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  if (!/^[\w+/-]+={0,2}$/.test(text)) throw refuse(option, 'is neither base64 nor hex text')
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length === keyBytes) return bytes
  const hint = text.length === keyBytes ? ' (32 characters of text are not 32 random bytes)' : ''
  throw refuse(option, `decodes from base64 to ${bytes.length} bytes; ${keyBytes} are needed${hint}`)
}

function refuse(option: string, why: string): ThreadkeepError {
  return new ThreadkeepError(
    'MISCONFIGURED',
    `${option} ${why}. Make a key once with generateKey() and keep it with your secrets.`,
  )
}
