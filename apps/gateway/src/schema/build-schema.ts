import 'reflect-metadata'
import type { GraphQLSchema } from 'graphql'
import { isAbstractType } from 'graphql'
import { buildSchema } from 'type-graphql'
import { AttachmentsResolver, MessageAttachmentsResolver } from '../attachments/attachments.resolver.ts'
import { AuditResolver } from '../audit/audit.resolver.ts'
import { JobsResolver } from '../jobs/jobs.resolver.ts'
import { LimitsResolver } from '../limits/limits.resolver.ts'
import { LiveResolver, ThreadLiveResolver } from '../live/live.resolver.ts'
import { liveEventTypes } from '../live/live.types.ts'
import { MembersResolver, ThreadMembersResolver } from '../members/members.resolver.ts'
import { MessageEditsResolver, MessagesResolver, ThreadMessagesResolver } from '../messages/messages.resolver.ts'
import { NodesResolver } from '../nodes/nodes.resolver.ts'
import { MessageFeedbackResolver, ReceiptsResolver, ThreadReceiptsResolver } from '../receipts/receipts.resolver.ts'
import { SearchResolver } from '../search/search.resolver.ts'
import { StatsResolver, ThreadStatsResolver } from '../stats/stats.resolver.ts'
import { ThreadsResolver } from '../threads/threads.resolver.ts'
import { TransferResolver } from '../transfer/transfer.resolver.ts'
import { UserFieldsResolver, UsersResolver } from '../users/users.resolver.ts'
import { callDirectly } from './direct.ts'
import { fillDescriptions } from './fill-descriptions.ts'

/** The schema of the gateway. */
export async function buildGatewaySchema(): Promise<GraphQLSchema> {
  const schema = await buildSchema({
    resolvers: [
      UsersResolver,
      UserFieldsResolver,
      ...[
        ThreadsResolver,
        MembersResolver,
        ThreadMembersResolver,
        ThreadReceiptsResolver,
        ThreadStatsResolver,
        ThreadMessagesResolver,
      ],
      ...[
        MessagesResolver,
        MessageEditsResolver,
        MessageAttachmentsResolver,
        MessageFeedbackResolver,
        ReceiptsResolver,
      ],
      ...[SearchResolver, StatsResolver, AttachmentsResolver, TransferResolver, JobsResolver, AuditResolver],
      ...[NodesResolver, LimitsResolver, LiveResolver],
      ThreadLiveResolver,
    ],
    orphanedTypes: [...liveEventTypes],
    validate: false,
    // Subscriptions come from the domain, so nothing is ever published here.
    pubSub: {
      publish() {},
      subscribe: (topic) => {
        throw new Error(`Nothing is published to ${topic}.`)
      },
    },
  })
  // type-graphql makes every answer a promise here, which compiled operations do not wait for.
  for (const type of Object.values(schema.getTypeMap()))
    if (isAbstractType(type)) type.resolveType = (value) => (value as { readonly __typename: string }).__typename
  callDirectly(schema)
  fillDescriptions(schema)
  return schema
}
