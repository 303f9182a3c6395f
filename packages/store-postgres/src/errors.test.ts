import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { toThreadkeepError } from './errors.ts'

test('a host with several addresses, none of which answers, is named by what went wrong', async () => {
  const loopback = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }))
  const socket = connect({
    host: 'several',
    port: 1,
    autoSelectFamily: true,
    lookup: (_, __, answer) => answer(null, loopback),
  })
  const [error] = await once(socket, 'error').catch((thrown: unknown) => [thrown])
  expect(error).toMatchObject({ message: '', code: 'ECONNREFUSED' })
  expect(toThreadkeepError(error, 'read').message).toContain('ECONNREFUSED')
})
