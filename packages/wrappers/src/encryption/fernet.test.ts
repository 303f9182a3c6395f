import { manualClock } from '@threadkeep/core'
import { describe, expect, test } from 'vitest'
import { generateVector, invalidVectors, vectorKey, vectorMessage, verifyVector } from '../../test/fernet-vectors.ts'
import { fernet, fernetKey, sealToken } from './fernet.ts'
import { generateKey } from './keys.ts'

const at = (time: string) => manualClock(Date.parse(time))
const refused = expect.objectContaining({ code: 'DECRYPTION_FAILED' })

describe('the published vectors', () => {
  test('generate', () => {
    const { token, now, iv } = generateVector
    const key = fernetKey(Buffer.from(vectorKey, 'base64url'))
    expect(sealToken(key, Buffer.from(vectorMessage), Date.parse(now) / 1000, Buffer.from(iv))).toBe(token)
  })

  test('verify', () => {
    const { token, now, ttl } = verifyVector
    expect(
      fernet(vectorKey, { clock: at(now) })
        .decrypt(token, { ttl })
        .toString(),
    ).toBe(vectorMessage)
  })

  test.each(invalidVectors)('refused: %s', (_why, token, now) => {
    expect(() => fernet(vectorKey, { clock: at(now) }).decrypt(token, { ttl: 60 })).toThrow(refused)
  })
})

describe('time', () => {
  const clock = at('2026-01-01T00:00:00Z')
  const box = fernet(vectorKey, { clock })
  const token = box.encrypt('hello')
  const made = clock.now()

  test.each([
    [0, true],
    [60_000, true],
    [61_000, false],
    // A token from the future: the clock of its maker may be up to a minute ahead of ours.
    [-60_000, true],
    [-61_000, false],
  ])('with a ttl of 60 seconds, %d ms after it was made', (after, opens) => {
    clock.set(made + after)
    const decrypt = () => box.decrypt(token, { ttl: 60 }).toString()
    if (opens) expect(decrypt()).toBe('hello')
    else expect(decrypt).toThrow(refused)
  })

  test('without a ttl a token is good at any time', () => {
    for (const now of [0, made - 10 * 365 * 86_400_000, made + 10 * 365 * 86_400_000]) {
      clock.set(now)
      expect(box.decrypt(token).toString()).toBe('hello')
    }
  })

  test('a ttl that is none is refused', () => {
    clock.set(made)
    for (const ttl of [-1, Number.NaN]) {
      expect(() => box.decrypt(token, { ttl })).toThrow(expect.objectContaining({ code: 'MISCONFIGURED' }))
    }
  })
})

describe('several keys', () => {
  const [old, fresh] = [generateKey(), generateKey()]

  test('the first writes and all of them read', () => {
    const token = fernet(old).encrypt('hello')
    expect(fernet([fresh, old]).decrypt(token).toString()).toBe('hello')
    const renewed = fernet([fresh, old]).encrypt('hello')
    expect(fernet(fresh).decrypt(renewed).toString()).toBe('hello')
    expect(() => fernet(old).decrypt(renewed)).toThrow(refused)
  })

  test('rotate puts a token under the first key and keeps its age', () => {
    const clock = at('2026-01-01T00:00:00Z')
    const token = fernet(old, { clock }).encrypt('hello')
    clock.advance(50_000)
    const both = fernet([fresh, old], { clock })
    const rotated = both.rotate(token)
    expect([both.isCurrent(token), both.isCurrent(rotated)]).toEqual([false, true])
    const only = fernet(fresh, { clock })
    expect(only.decrypt(rotated, { ttl: 60 }).toString()).toBe('hello')
    clock.advance(11_000)
    expect(() => only.decrypt(rotated, { ttl: 60 })).toThrow(refused)
  })

  test('none at all is refused', () => {
    expect(() => fernet([])).toThrow(expect.objectContaining({ code: 'MISCONFIGURED' }))
  })
})

test('every message comes back, and no two tokens of it are alike', () => {
  const box = fernet(generateKey())
  for (const message of ['', 'a', 'x'.repeat(15), 'x'.repeat(16), '😀'.repeat(1000)]) {
    expect(box.decrypt(box.encrypt(message)).toString()).toBe(message)
  }
  expect(new Set(Array.from({ length: 100 }, () => box.encrypt('same'))).size).toBe(100)
})

test('no single changed character of a token passes', () => {
  const box = fernet(vectorKey)
  const { token } = generateVector
  for (let n = 0; n < token.length; n++) {
    const changed = token.slice(0, n) + (token[n] === 'A' ? 'B' : 'A') + token.slice(n + 1)
    expect(() => box.decrypt(changed), `character ${n}`).toThrow(refused)
  }
  for (const text of ['', '=', 'gA==', token.slice(0, -4), `${token}=`, `${token}\n`, 5, null, undefined, {}]) {
    expect(() => box.decrypt(text as string)).toThrow(refused)
  }
})
