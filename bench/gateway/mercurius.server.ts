import Fastify from 'fastify'
import { mercurius } from 'mercurius'
import { peerSchema } from './peer-schema.ts'

// Mercurius as its guide starts it.
const app = Fastify()
app.register(mercurius, { schema: peerSchema() })
console.log(`serving ${await app.listen({ port: 0, host: '127.0.0.1' })}/graphql`)
