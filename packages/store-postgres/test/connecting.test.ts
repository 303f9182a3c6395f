import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { postgresStore } from '../src/index.ts'

/** A message of the protocol: its letter, its length, its body. */
function message(letter: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(letter)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

test('a server that dies in the moment a connection is made is UNAVAILABLE, and does not end the process', async () => {
  const welcome = [message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))]
  const farewell = message(
    'E',
    Buffer.from('SFATAL\0C57P01\0Mterminating connection due to unexpected postmaster exit\0\0'),
  )
  const server = createServer((socket) => {
    socket.on('error', () => {}).once('data', () => socket.end(Buffer.concat([...welcome, farewell])))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  // An error event that nobody hears would end the process: the run itself would fail.
  await expect(postgresStore({ url: `postgres://postgres@127.0.0.1:${port}/x`, timeout: 1_000 })).rejects.toMatchObject(
    {
      code: 'UNAVAILABLE',
    },
  )
})

test('what is no URL of PostgreSQL is MISCONFIGURED before anything is asked for', async () => {
  for (const url of ['foo', 'postgres://[', 'mysql://host/db'])
    await expect(postgresStore({ url })).rejects.toMatchObject({ code: 'MISCONFIGURED' })
})
