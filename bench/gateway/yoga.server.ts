import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createYoga } from 'graphql-yoga'
import { peerSchema } from './peer-schema.ts'

// GraphQL Yoga as its guide starts it, without a line of log for each request.
const server = createServer(createYoga({ schema: peerSchema(), logging: false }))
server.listen(0, '127.0.0.1', () =>
  console.log(`serving http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`),
)
