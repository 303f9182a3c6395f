import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { peerSchema } from './peer-schema.ts'

// Apollo Server as its guide starts it.
const { url } = await startStandaloneServer(new ApolloServer({ schema: peerSchema() }), {
  listen: { port: 0, host: '127.0.0.1' },
})
console.log(`serving ${url}`)
