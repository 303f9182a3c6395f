import { pipeline } from 'node:stream/promises'
import type { ExportOptions } from '@threadkeep/core'
import { ThreadkeepError } from '@threadkeep/core/store'
import type { Caller } from '../pipeline/context.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { notAllowed } from '../transport/graphql-params.ts'
import type { Exchange } from '../transport/http-answer.ts'
import { begin } from '../transport/http-answer.ts'

/** Points for what may read everything that somebody has. */
const exportCost = 1_000

const switches: ReadonlyMap<string, boolean> = new Map(Object.entries({ true: true, 1: true, false: false, 0: false }))
const names: ReadonlySet<string> = new Set(['threadId', 'userId', 'format', 'gzip'])

/**
 * `GET /export?threadId=…` streams a thread, `GET /export` everything of the caller (or of `userId`, for `admin`): `format=ndjson` (default)
 * or `json`, `gzip=1`. Memory does not grow with the export. An export that breaks off lacks its manifest.
 */
export function createExportHttp(identify: (exchange: Exchange) => Promise<Caller>, charge: Pipeline['charge']) {
  return async function serve(exchange: Exchange): Promise<void> {
    const { request, response } = exchange
    if (request.method !== 'GET') throw notAllowed('Exports take GET.', 'GET')
    const caller = await identify(exchange)
    const { keep, actor } = caller
    const options = readOptions(new URLSearchParams(exchange.search))
    await charge(caller, exportCost, exchange.requestId)
    const chunks = keep.transfer.export(actor, options)[Symbol.asyncIterator]()
    // The first chunk decides: until it is there, a refusal can still be told as one.
    const first = await chunks.next()
    begin(exchange, 200, {
      'content-type': options.gzip
        ? 'application/gzip'
        : options.format === 'json'
          ? 'application/json; charset=utf-8'
          : 'application/x-ndjson; charset=utf-8',
      'content-disposition': `attachment; filename="threadkeep-export.${options.format ?? 'ndjson'}${options.gzip ? '.gz' : ''}"`,
    })
    await pipeline(async function* () {
      for (let next = first; !next.done; next = await chunks.next()) yield next.value
    }, response)
  }
}

function readOptions(search: URLSearchParams): ExportOptions {
  for (const name of search.keys())
    if (!names.has(name)) throw new ThreadkeepError('INVALID', `An export has no "${name}".`)
  const [threadId, userId, gzip] = ['threadId', 'userId', 'gzip'].map((name) => search.get(name))
  const format = search.get('format')
  if (format !== null && format !== 'ndjson' && format !== 'json')
    throw new ThreadkeepError('INVALID', 'The format of an export is ndjson or json.')
  const zipped = switches.get(gzip ?? 'false')
  if (zipped === undefined) throw new ThreadkeepError('INVALID', 'gzip is true or false.')
  return {
    ...(threadId && { threadId }),
    ...(userId && { userId }),
    ...(format && { format }),
    gzip: zipped,
  }
}
