import { once } from 'node:events'
import { connect } from 'node:net'

/** The error of connecting to a host with several addresses, none of which answers: it has a code and no message. */
export async function refusedByAll(): Promise<unknown> {
  const loopback = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }))
  const socket = connect({
    host: 'several',
    port: 1,
    autoSelectFamily: true,
    lookup: (_, __, answer) => answer(null, loopback),
  })
  const [error] = await once(socket, 'error').catch((thrown: unknown) => [thrown])
  return error
}
