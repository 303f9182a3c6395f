import { hash, randomBytes } from 'node:crypto'
import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { Json, Store } from '../../store/types.ts'
import { at, names } from './names.ts'

/**
 * Opaque positions in sorted lists. A cursor is bound to its list by `scope` (which list, which thread, which filter) and to
 * its namespace by a key that is made once and kept in the store: a forged or foreign one is `INVALID_CURSOR`.
 */
export interface Cursors {
  encode(scope: string, position: readonly Json[]): string
  decode(scope: string, cursor: string): readonly Json[]
}

const macLength = 12
const keyAddress = at(names.settings, 'cursor-key')

/** Opens the cursors of a store's namespace: every process that shares the store shares them. */
export async function openCursors(store: Store): Promise<Cursors> {
  const key = await loadKey(store)
  const mac = (scope: string, text: string): string =>
    hash('sha256', `${key}\n${scope.length}\n${scope}\n${text}`, 'base64url').slice(0, macLength)
  return {
    encode(scope, position) {
      const text = Buffer.from(JSON.stringify(position)).toString('base64url')
      return mac(scope, text) + text
    },
    decode(scope, cursor) {
      if (typeof cursor === 'string' && cursor.length > macLength && cursor.length < 16_384) {
        const text = cursor.slice(macLength)
        if (mac(scope, text) === cursor.slice(0, macLength))
          return JSON.parse(Buffer.from(text, 'base64url').toString()) as Json[]
      }
      throw new ThreadkeepError(
        'INVALID_CURSOR',
        'This cursor does not belong to this list: use one that the same list, with the same filter, has answered.',
      )
    },
  }
}

/** The namespace's secret: whoever comes first makes it. */
async function loadKey(store: Store): Promise<string> {
  for (;;) {
    const [entry] = await store.get([keyAddress])
    if (entry) return entry.value['key'] as string
    const key = randomBytes(32).toString('base64url')
    const made = await store.commit([
      { type: 'check', at: keyAddress, version: null },
      { type: 'put', at: keyAddress, value: { key } },
    ])
    if (made.ok) return key
  }
}
