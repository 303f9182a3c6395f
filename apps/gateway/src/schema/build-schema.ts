import 'reflect-metadata'
import type { GraphQLSchema } from 'graphql'
import { buildSchema } from 'type-graphql'
import { MessagesResolver, ThreadMessagesResolver } from '../messages/messages.resolver.ts'
import { MembersResolver, ThreadsResolver } from '../threads/threads.resolver.ts'

/** The schema of the gateway. */
export function buildGatewaySchema(): Promise<GraphQLSchema> {
  return buildSchema({
    resolvers: [ThreadsResolver, MembersResolver, MessagesResolver, ThreadMessagesResolver],
    validate: false,
  })
}
