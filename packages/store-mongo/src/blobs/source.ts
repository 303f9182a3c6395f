import { blobTooLarge } from '@threadkeep/core'
import { ThreadkeepError } from '@threadkeep/core/store'
import { orAborted } from '../patience.ts'

/**
 * The bytes of a source, as they come. Rejects with `TOO_LARGE` as soon as there are more than `maxBytes`, and with `ABORTED` when
 * the signal says so, however long the source would keep silent.
 */
export async function* bounded(
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const source = bytes[Symbol.asyncIterator]()
  let length = 0
  try {
    for (;;) {
      const { done, value } = await (signal ? nextUnlessAborted(source, signal) : source.next())
      if (done) return
      if (!(value instanceof Uint8Array))
        throw new ThreadkeepError('INVALID', 'The bytes of a blob come as Uint8Array.')
      length += value.length
      if (length > maxBytes) throw blobTooLarge(maxBytes)
      yield value
    }
  } finally {
    // Not awaited: a source that is silent would not hear of it before it speaks.
    void Promise.resolve(source.return?.()).catch(() => {})
  }
}

async function nextUnlessAborted<T>(source: AsyncIterator<T>, signal: AbortSignal): Promise<IteratorResult<T>> {
  try {
    signal.throwIfAborted()
    return await orAborted(source.next(), signal)
  } catch (error) {
    if (!signal.aborted) throw error
    throw new ThreadkeepError('ABORTED', 'The call was aborted while it was under way.', { cause: signal.reason })
  }
}
