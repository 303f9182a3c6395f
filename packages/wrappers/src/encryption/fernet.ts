import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '@threadkeep/core/store'
import { systemClock, ThreadkeepError } from '@threadkeep/core/store'
import { fromBase64Url, toBase64Url } from '../base64.ts'
import { requireNumber } from '../options.ts'
import type { KeyMaterial } from './keys.ts'
import { parseKey } from './keys.ts'

/** Makes and opens Fernet tokens. */
export interface Fernet {
  /** A token that holds the message, made with the first key. */
  encrypt(message: string | Uint8Array): string
  /** The message of a token made with any of the keys; `DECRYPTION_FAILED` for every other text. */
  decrypt(token: string, options?: FernetDecryptOptions): Buffer
  /** The same message under the first key, as old as it was. */
  rotate(token: string): string
  /** Whether the first key made this token. */
  isCurrent(token: string): boolean
}

/** What a token must fulfil beyond being genuine. */
export interface FernetDecryptOptions {
  /** Greatest age in seconds. With it, a token from more than 60 seconds ahead is refused too. Default: any age. */
  readonly ttl?: number
}

/** The two halves of a Fernet key. */
export interface FernetKey {
  readonly signing: Buffer
  readonly encryption: Buffer
}

const version = 0x80
const headerBytes = 1 + 8 + 16
const macBytes = 32
const blockBytes = 16
const maxClockSkew = 60

/** Fernet (version 0x80) with one key, or MultiFernet with several: the first writes, all of them read. */
export function fernet(keys: KeyMaterial | readonly KeyMaterial[], options: { readonly clock?: Clock } = {}): Fernet {
  const { clock = systemClock } = options
  const ring = (Array.isArray(keys) ? keys : [keys]).map((key: KeyMaterial) => fernetKey(parseKey('Fernet key', key)))
  const [first] = ring
  if (!first) throw new ThreadkeepError('MISCONFIGURED', 'fernet needs at least one key. Make one with generateKey().')

  const now = (): number => Math.floor(clock.now() / 1000)
  const open = (token: string): Opened => {
    const bytes = genuineShape(token)
    const key = bytes && ring.find((candidate) => isSignedBy(bytes, candidate))
    const message = key && decipher(bytes, key)
    if (!message) throw invalidToken()
    return { message, seconds: Number(bytes.readBigUInt64BE(1)) }
  }

  return {
    encrypt: (message) => sealToken(first, Buffer.from(message), now(), randomBytes(blockBytes)),
    decrypt(token, { ttl } = {}) {
      const { message, seconds } = open(token)
      if (ttl !== undefined) {
        requireNumber('Fernet ttl', ttl, { min: 0 })
        if (seconds + ttl < now() || seconds > now() + maxClockSkew) throw invalidToken()
      }
      return message
    },
    rotate(token) {
      const { message, seconds } = open(token)
      return sealToken(first, message, seconds, randomBytes(blockBytes))
    },
    isCurrent(token) {
      const bytes = genuineShape(token)
      return bytes !== undefined && isSignedBy(bytes, first)
    },
  }
}

interface Opened {
  readonly message: Buffer
  /** When the token was made, in epoch seconds. */
  readonly seconds: number
}

/** The token of a message for a given second and initialisation vector, which must never be used twice. */
export function sealToken(key: FernetKey, message: Buffer, seconds: number, iv: Buffer): string {
  const header = Buffer.alloc(headerBytes)
  header[0] = version
  header.writeBigUInt64BE(BigInt(seconds), 1)
  iv.copy(header, 9)
  const cipher = createCipheriv('aes-128-cbc', key.encryption, iv)
  const signed = Buffer.concat([header, cipher.update(message), cipher.final()])
  return toBase64Url(Buffer.concat([signed, mac(signed, key)]))
}

/** Splits 32 bytes as Fernet does: the first half signs, the second encrypts. */
export function fernetKey(bytes: Buffer): FernetKey {
  return { signing: bytes.subarray(0, 16), encryption: bytes.subarray(16) }
}

/** The bytes of a text that has the form of a token, whoever made it. */
function genuineShape(token: string): Buffer | undefined {
  const bytes = typeof token === 'string' ? fromBase64Url(token) : undefined
  if (!bytes || bytes[0] !== version) return undefined
  const ciphertext = bytes.length - headerBytes - macBytes
  return ciphertext >= blockBytes && ciphertext % blockBytes === 0 ? bytes : undefined
}

function isSignedBy(bytes: Buffer, key: FernetKey): boolean {
  return timingSafeEqual(bytes.subarray(-macBytes), mac(bytes.subarray(0, -macBytes), key))
}

function decipher(bytes: Buffer, key: FernetKey): Buffer | undefined {
  const cipher = createDecipheriv('aes-128-cbc', key.encryption, bytes.subarray(9, headerBytes))
  try {
    return Buffer.concat([cipher.update(bytes.subarray(headerBytes, -macBytes)), cipher.final()])
  } catch {
    return undefined
  }
}

function mac(signed: Buffer, key: FernetKey): Buffer {
  return createHmac('sha256', key.signing).update(signed).digest()
}

/** One answer for every reason, so that it tells an attacker nothing. */
function invalidToken(): ThreadkeepError {
  return new ThreadkeepError(
    'DECRYPTION_FAILED',
    'This is no valid Fernet token for the keys at hand, or it is too old.',
  )
}
