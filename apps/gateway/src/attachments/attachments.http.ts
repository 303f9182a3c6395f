import { pipeline } from 'node:stream/promises'
import type { Threadkeep } from '@threadkeep/core'
import { ThreadkeepError } from '@threadkeep/core/store'
import type { Caller } from '../pipeline/context.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { notAllowed } from '../transport/graphql-params.ts'
import type { Exchange } from '../transport/http-answer.ts'
import { begin } from '../transport/http-answer.ts'
import { attachmentOf } from './paths.ts'

/** What serves the bytes of attachments. */
export interface AttachmentsHttpOptions {
  readonly identify: (exchange: Exchange) => Promise<Caller>
  /** Where tickets of those without a tenant are redeemed. Tickets of a tenant are good together with a token of that tenant. */
  readonly keep: Threadkeep
  readonly charge: Pipeline['charge']
}

/** Points for the bytes of one file. */
const uploadCost = 100
const downloadCost = 20

/**
 * `PUT /attachments/<id>` takes the bytes of an upload from its owner; `GET /attachments/<ticket>` streams them to whoever holds a
 * ticket. Neither keeps more than a chunk in memory.
 */
export function createAttachmentsHttp({ identify, keep, charge }: AttachmentsHttpOptions) {
  return async function serve(exchange: Exchange): Promise<void> {
    const { request, response, path, requestId } = exchange
    const name = attachmentOf(path)
    if (name === undefined) throw new ThreadkeepError('NOT_FOUND', 'There is no such attachment.')
    if (request.method === 'PUT') {
      const caller = await identify(exchange)
      await charge(caller, uploadCost, requestId)
      await caller.keep.attachments.upload(caller.actor, name, request)
      begin(exchange, 204, {})
      response.end()
      return
    }
    if (request.method !== 'GET') throw notAllowed('Attachments take PUT and GET.', 'GET, PUT')
    const caller = request.headers.authorization === undefined ? undefined : await identify(exchange)
    const { attachment, bytes } = await (caller?.keep ?? keep).attachments.redeem(name)
    // Whoever shows a ticket without a token is nobody in particular: then it is the file that can be read so often.
    await charge(caller ?? { tenant: 'any file', actor: { userId: attachment.id } }, downloadCost, requestId)
    begin(exchange, 200, {
      'content-type': attachment.mimeType,
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(attachment.name)}`,
      'cache-control': 'private, no-store',
      // What people upload must not run as a page of this server.
      'content-security-policy': "sandbox; default-src 'none'",
      ...(attachment.size !== undefined && { 'content-length': String(attachment.size) }),
    })
    await pipeline(bytes, response)
  }
}
