import type { Transform } from 'node:stream'
import { Readable } from 'node:stream'

/** The bytes of `source` after `transform`. Ends both when the reader leaves; an error of the source comes out as it is. */
export async function* pipeThrough(
  source: AsyncIterable<Uint8Array | string>,
  transform: Transform,
): AsyncGenerator<Uint8Array, void, undefined> {
  const readable = Readable.from(source)
  readable.on('error', (error) => transform.destroy(error))
  readable.pipe(transform)
  try {
    for await (const chunk of transform) yield chunk as Uint8Array
  } finally {
    readable.destroy()
    transform.destroy()
  }
}
