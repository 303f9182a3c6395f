import { ThreadkeepError } from '../errors/threadkeep-error.ts'
import type { CallOptions } from './call-options.ts'
import { isEnumerable } from './forward.ts'
import type { Store } from './types.ts'

/** The names of all collections that hold something, in byte order. `UNSUPPORTED` where the store cannot tell. */
export async function* collectionNames(
  store: Store,
  options: CallOptions & { readonly prefix?: string } = {},
): AsyncGenerator<string, void, undefined> {
  if (!isEnumerable(store)) {
    throw new ThreadkeepError('UNSUPPORTED', `The store ${store.name} cannot name its collections. Name them yourself.`)
  }
  const { prefix = '', signal } = options
  const limit = 500
  let after: string | undefined
  for (;;) {
    const names = await store.collections(
      after === undefined ? { prefix, limit } : { prefix, after, limit },
      signal && { signal },
    )
    yield* names
    if (names.length < limit) return
    after = names[names.length - 1]
  }
}
