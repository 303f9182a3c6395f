import { Arg, Ctx, Mutation, Resolver } from 'type-graphql'
import type { RequestContext } from '../pipeline/context.ts'
import { given } from '../schema/given.ts'
import { payload } from '../schema/payload.ts'
import { ImportConversationsInput } from './transfer.args.ts'
import { ImportConversationsPayload } from './transfer.payloads.ts'

/** Imports: what the domain says, in GraphQL's words. Exports are streams: `GET /export`. */
@Resolver()
export class TransferResolver {
  @Mutation(() => ImportConversationsPayload, {
    description:
      'Imports an uploaded export: ids, times and order are kept. Repeat it with its `jobId` until it is done.',
  })
  importConversations(
    @Arg('input', () => ImportConversationsInput) { attachmentId, ...options }: ImportConversationsInput,
    @Ctx() { keep, actor, signal }: RequestContext,
  ): Promise<ImportConversationsPayload> {
    return payload(async () => {
      const { bytes } = await keep.attachments.read(actor, attachmentId, { signal })
      return { report: await keep.transfer.import(actor, bytes, { ...given(options), signal }) }
    })
  }
}
