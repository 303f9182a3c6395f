import type { Address, CallOptions, Store } from '@threadkeep/core/store'
import { requireNumber } from './options.ts'

/** How a cache is warmed. */
export interface WarmOptions extends CallOptions {
  /** How many records one `get` asks for. Default 500. */
  readonly batchSize?: number
}

/**
 * Reads every address once, so that the caches on the way hold it before somebody asks. Answers how many records were
 * there. Takes any iterable, one batch in memory at a time.
 */
export async function warm(
  store: Store,
  addresses: Iterable<Address> | AsyncIterable<Address>,
  options: WarmOptions = {},
): Promise<number> {
  const { signal, batchSize = 500 } = options
  const size = requireNumber('warm batchSize', batchSize, { min: 1, max: 10_000, whole: true })
  let found = 0
  let batch: Address[] = []
  const read = async () => {
    const entries = await store.get(batch, signal && { signal })
    found += entries.filter((entry) => entry !== undefined).length
    batch = []
  }
  for await (const at of addresses) {
    batch.push(at)
    if (batch.length === size) await read()
  }
  if (batch.length > 0) await read()
  return found
}
