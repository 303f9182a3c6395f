import { randomUUID } from 'node:crypto'
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
      'Imports an uploaded export: ids, times and order are kept. What takes long is answered in parts: repeat it with its `jobId` until the report is `finished`.',
  })
  importConversations(
    @Arg('input', () => ImportConversationsInput) { attachmentId, jobId, ...options }: ImportConversationsInput,
    @Ctx() { keep, actor, signal, halfTime }: RequestContext,
  ): Promise<ImportConversationsPayload> {
    return payload(async () => {
      const { bytes } = await keep.attachments.read(actor, attachmentId, { signal })
      // Named in any case: only an import with a name can be gone on with.
      const job = { jobId: jobId ?? randomUUID(), pause: halfTime() }
      return { report: await keep.transfer.import(actor, bytes, { ...given(options), ...job, signal }) }
    })
  }
}
