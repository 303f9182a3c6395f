import type { KeyObject } from 'node:crypto'
import { createHmac, createSign, generateKeyPairSync, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { manualClock } from '@threadkeep/core/store'
import type { TestGateway } from '@threadkeep/gateway/harness'
import { audience, createKeySet, issuer, secret, startTestGateway, tokenFor } from '@threadkeep/gateway/harness'
import { describe, expect, onTestFinished, test } from 'vitest'
import { post } from './hostile/ask.ts'
import { goodQuestion } from './hostile/bodies.ts'
import { openSocket } from './hostile/socket.ts'

const maxAge = 3600
const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const now = (): number => Math.floor(Date.now() / 1000)

type Claims = Readonly<Record<string, unknown>>

/** What an honest token says, changed; undefined leaves a claim out. */
function claims(changes: Claims = {}): Claims {
  return { sub: 'eve', iss: issuer, aud: audience, iat: now(), exp: now() + 600, ...changes }
}

/** A token made by hand, since no library would make these. */
function forge(header: Claims, payload: Claims, key: Uint8Array | KeyObject | string | undefined): string {
  const body = `${base64(header)}.${base64(payload)}`
  if (key === undefined) return `${body}.`
  const isPrivate = typeof key === 'object' && 'type' in key && key.type === 'private'
  const signature = isPrivate
    ? createSign('RSA-SHA256').update(body).sign(key)
    : createHmac('sha256', key as Uint8Array)
        .update(body)
        .digest()
  return `${body}.${signature.toString('base64url')}`
}

const honest = (changes?: Claims): string => forge({ alg: 'HS256', typ: 'JWT' }, claims(changes), secret)

function tampered(): string {
  const [header, , signature] = honest().split('.')
  return `${header}.${base64(claims({ sub: 'owner', scope: 'admin' }))}.${signature}`
}

const forged: Readonly<Record<string, () => string>> = {
  'no algorithm': () => forge({ alg: 'none' }, claims(), undefined),
  'no algorithm, spelt otherwise': () => forge({ alg: 'nOnE' }, claims(), undefined),
  'no signature': () => honest().replace(/[^.]*$/, ''),
  'a signature of nothing': () => `${honest().replace(/[^.]*$/, '')}${Buffer.alloc(32).toString('base64url')}`,
  'another secret': () =>
    forge({ alg: 'HS256' }, claims(), new TextEncoder().encode('another secret of thirty-two bytes')),
  'an empty secret': () => forge({ alg: 'HS256' }, claims(), new Uint8Array()),
  'another algorithm': () => forge({ alg: 'HS512' }, claims(), secret),
  'a key that it brings along': () =>
    forge({ alg: 'HS256', jwk: { kty: 'oct', k: 'AAAA' } }, claims(), Buffer.alloc(3)),
  'a key from an address that it names': () =>
    forge({ alg: 'RS256', jku: 'http://127.0.0.1:9/keys' }, claims(), secret),
  'a condition that nobody understands': () => forge({ alg: 'HS256', crit: ['x'], x: 1 }, claims(), secret),
  'a changed payload': tampered,
  'no end': () => honest({ exp: undefined }),
  'no beginning': () => honest({ iat: undefined }),
  nobody: () => honest({ sub: undefined }),
  'an empty subject': () => honest({ sub: '' }),
  'a subject that is a number': () => honest({ sub: 7 }),
  'a subject that is a list': () => honest({ sub: ['eve'] }),
  'no audience': () => honest({ aud: undefined }),
  'another audience': () => honest({ aud: 'other' }),
  'no issuer': () => honest({ iss: undefined }),
  'another issuer': () => honest({ iss: `${issuer}.evil` }),
  'an end that has passed': () => honest({ exp: now() - 60 }),
  'an end that is a text': () => honest({ exp: `${now() + 600}` }),
  'a beginning to come': () => honest({ iat: now() + 600, exp: now() + 1_200 }),
  'a beginning long ago': () => honest({ iat: now() - maxAge - 60 }),
  'a time before which it does not count': () => honest({ nbf: now() + 600 }),
  'no token at all': () => '',
  'two parts': () => honest().split('.').slice(0, 2).join('.'),
  'four parts': () => `${honest()}.x`,
  'not JSON inside': () => `${Buffer.from('{').toString('base64url')}.e30.x`,
  'a giant': () => honest({ x: 'x'.repeat(9_000) }),
}

async function askEverywhere(gateway: TestGateway, token: string): Promise<string[]> {
  const body = JSON.stringify({ query: goodQuestion })
  const http = await post(gateway, token, body)
  const events = await post(gateway, token, body, { accept: 'text/event-stream' })
  const socket = await openSocket(gateway)
  socket.send(JSON.stringify({ type: 'connection_init', payload: { token } }))
  const greeting = await socket.next()
  socket.close()
  return [`${http.status} ${http.text}`, `${events.status} ${events.text}`, greeting]
}

describe('shared secret', () => {
  test('no forged token is accepted, and all hear the same', async () => {
    const gateway = await startTestGateway()
    const none = await askEverywhere(gateway, 'nonsense')
    expect(none[0]).toMatch(/^401 .*"UNAUTHENTICATED"/)
    expect(none[2]).toBe('closed 4401')
    for (const [name, make] of Object.entries(forged)) expect(await askEverywhere(gateway, make()), name).toEqual(none)
    // And the honest one is: what was refused was refused for the forgery.
    expect(await askEverywhere(gateway, honest())).not.toContain('closed 4401')
    expect((await post(gateway, honest(), JSON.stringify({ query: goodQuestion }))).status).toBe(200)
    expect(gateway.reports).toEqual([])
  })

  test('a token in the address, in the body or as another scheme is not looked at', async () => {
    const gateway = await startTestGateway()
    const token = await tokenFor('eve')
    const query = encodeURIComponent(goodQuestion)
    const body = JSON.stringify({ query: goodQuestion, token, extensions: { token }, variables: { token } })
    const type = { 'content-type': 'application/json' }
    const at = `${gateway.url}/graphql?token=${token}&access_token=${token}&authorization=Bearer%20${token}`
    const answers = [
      await fetch(`${at}&query=${query}`, { headers: { 'apollo-require-preflight': '1' } }),
      await fetch(at, { method: 'POST', headers: type, body }),
      await fetch(at, { method: 'POST', headers: { ...type, cookie: `token=${token}` }, body }),
      await fetch(at, { method: 'POST', headers: { ...type, authorization: `Basic ${token}` }, body }),
      await fetch(at, { method: 'POST', headers: { ...type, authorization: token }, body }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401])
  })

  test('a scope that the token does not name is not there, and unknown ones mean nothing', async () => {
    const gateway = await startTestGateway()
    const query = JSON.stringify({ query: '{ systemStats { totalThreads } }' })
    for (const scope of ['Admin', 'stats', 'stats:system:x', '*', ['stats:system'], { 'stats:system': true }])
      expect((await post(gateway, honest({ scope }), query)).text).toContain('"FORBIDDEN"')
    expect((await post(gateway, honest({ scope: 'x stats:system' }), query)).text).toContain('"totalThreads":0')
  })
})

describe('key server', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = publicKey.export({ type: 'spki', format: 'pem' })

  /** A key server that counts, and a gateway that trusts it. */
  async function start() {
    let requests = 0
    let up = true
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'known', alg: 'RS256', use: 'sig' }
    const server = createServer((_request, response) => {
      requests++
      response.writeHead(up ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [jwk] }))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const clock = manualClock(Date.now())
    const key = createKeySet({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`, clock })
    const gateway = await startTestGateway({ auth: { key, issuer, audience, maxAge } })
    return {
      gateway,
      clock,
      requests: () => requests,
      setUp(to: boolean) {
        up = to
      },
    }
  }

  const signed = (changes: Claims = {}, header: Claims = {}): string =>
    forge({ alg: 'RS256', kid: 'known', ...header }, claims(changes), privateKey)
  const statusOf = async (gateway: TestGateway, token: string): Promise<number> =>
    (await post(gateway, token, JSON.stringify({ query: goodQuestion }))).status

  test('the public key is no secret: a token that is signed with it is refused', async () => {
    const { gateway } = await start()
    expect(await statusOf(gateway, signed())).toBe(200)
    for (const secretOf of [pem, String(pem).trim(), publicKey.export({ type: 'spki', format: 'der' })])
      for (const header of [{ alg: 'HS256', kid: 'known' }, { alg: 'HS256' }])
        expect(await statusOf(gateway, forge(header, claims(), secretOf as string))).toBe(401)
    expect(await statusOf(gateway, forge({ alg: 'none', kid: 'known' }, claims(), undefined))).toBe(401)
    expect(await statusOf(gateway, forge({ alg: 'HS256', kid: 'known' }, claims(), secret))).toBe(401)
  })

  test('five hundred unknown keys while the key server is down: two requests to it, and known keys go on', async () => {
    const { gateway, clock, requests, setUp } = await start()
    expect(await statusOf(gateway, signed())).toBe(200)
    expect(requests()).toBe(1)
    setUp(false)
    clock.advance(31_000)
    const unknown = Array.from({ length: 500 }, () => statusOf(gateway, signed({}, { kid: randomUUID() })))
    expect(new Set(await Promise.all(unknown))).toEqual(new Set([401]))
    expect(requests()).toBe(2)
    expect(await statusOf(gateway, signed({ sub: 'somebody' }))).toBe(200)
    expect(requests()).toBe(2)
  })

  test('a key server that was never there: 503, one request, and all is well when it is back', async () => {
    const { gateway, clock, requests, setUp } = await start()
    setUp(false)
    const asked = Array.from({ length: 200 }, (_, at) => statusOf(gateway, signed({ sub: `user${at}` })))
    expect(new Set(await Promise.all(asked))).toEqual(new Set([503]))
    expect(requests()).toBe(1)
    setUp(true)
    clock.advance(31_000)
    expect(await statusOf(gateway, signed())).toBe(200)
    expect(requests()).toBe(2)
  })
})
