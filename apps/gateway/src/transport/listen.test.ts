import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { listen } from './listen.ts'

test('a port that is taken is told by name, with what to choose instead', async () => {
  const host = '127.0.0.1'
  const first = createServer()
  await listen(first, { host, port: 0 })
  const { port } = first.address() as AddressInfo
  const second = listen(createServer(), { host, port })
  await expect(second).rejects.toMatchObject({ code: 'MISCONFIGURED', message: expect.stringContaining(`:${port}`) })
  await expect(second).rejects.toThrow(/taken.*--port/)
  first.close()
})
