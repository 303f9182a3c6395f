import { randomFillSync } from 'node:crypto'
import type { Clock } from './clock.ts'
import { systemClock } from './clock.ts'

/** Makes ids. `next('msg')` is unique and sorts by the millisecond it was made in. */
export interface IdSource {
  next(prefix: string): string
}

// Crockford's alphabet in lower case: no look-alikes, and byte order is number order.
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const randomBytes = 12 // 96 bits
const poolSize = randomBytes * 256

/**
 * Ids such as `msg_01jd…`: 10 characters of time, 20 of which 96 bits are random, so they sort by creation time across
 * processes to the millisecond and cannot be guessed. Ids made in the same millisecond are random among themselves.
 */
export function createIds(clock: Clock = systemClock): IdSource {
  const pool = Buffer.allocUnsafe(poolSize)
  let used = poolSize
  let stampAt = -1
  let stamp = ''
  return {
    next(prefix) {
      const now = clock.now()
      if (now !== stampAt) {
        stampAt = now
        stamp = encodeTime(now)
      }
      if (used === poolSize) {
        randomFillSync(pool)
        used = 0
      }
      const id = `${prefix}_${stamp}${encodeRandom(pool, used)}`
      used += randomBytes
      return id
    },
  }
}

function encodeTime(millis: number): string {
  let rest = Math.max(0, Math.floor(millis))
  let out = ''
  for (let i = 0; i < 10; i++) {
    out = alphabet[rest % 32] + out
    rest = Math.floor(rest / 32)
  }
  return out
}

/** 12 bytes as 20 characters: five bits each, the last of them carrying one bit. */
function encodeRandom(bytes: Buffer, offset: number): string {
  let out = ''
  let held = 0
  let bits = 0
  for (let i = 0; i < randomBytes; i++) {
    held = (held << 8) | bytes[offset + i]!
    bits += 8
    while (bits >= 5) {
      bits -= 5
      out += alphabet[(held >> bits) & 31]
    }
    held &= 0xff
  }
  return bits > 0 ? out + alphabet[(held << (5 - bits)) & 31] : out
}
