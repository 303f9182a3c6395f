import type { GraphQLObjectType, GraphQLSchema } from 'graphql'
import { buildSchema } from 'graphql'

interface Message {
  readonly id: string
  readonly seq: number
  readonly content: string
  readonly createdAt: string
  readonly authorId: string
}

/**
 * The schema that peers serve: what the page bench asks for, in plain resolvers over arrays and maps. No tokens, no store, no rights: a
 * peer does less than a gateway does.
 */
export function peerSchema(): GraphQLSchema {
  const schema = buildSchema(`
    type Query { thread(id: ID!): Thread }
    type Thread { id: ID! messages(last: Int): MessageConnection! }
    type MessageConnection { nodes: [Message!]! pageInfo: PageInfo! }
    type PageInfo { hasPreviousPage: Boolean! startCursor: String }
    type Message { id: ID! seq: Int! content: String createdAt: String! author: User }
    type User { id: ID! name: String! }
  `)
  const users = new Map([['dev', { id: 'dev', name: 'Ada' }]])
  const messages: Message[] = Array.from({ length: 60 }, (_, i) => ({
    id: `01JMESSAGE${String(i).padStart(16, '0')}`,
    seq: i + 1,
    content: `Message ${i}: the quick brown fox jumps over it`,
    createdAt: new Date(1_767_225_600_000 + i).toISOString(),
    authorId: 'dev',
  }))
  const resolve = (type: string, field: string, resolver: (root: never, args: never) => unknown): void => {
    const found = (schema.getType(type) as GraphQLObjectType).getFields()[field]!
    found.resolve = (root, args) => resolver(root as never, args as never)
  }
  resolve('Query', 'thread', async (_, { id }: { id: string }) => ({ id }))
  resolve('Thread', 'messages', async (_, { last }: { last: number }) => {
    const from = messages.length - last
    const startCursor = Buffer.from(String(messages[from]?.seq)).toString('base64url')
    return { nodes: messages.slice(from), pageInfo: { hasPreviousPage: from > 0, startCursor } }
  })
  resolve('Message', 'author', ({ authorId }: Message) => users.get(authorId))
  return schema
}
