import { ThreadkeepError } from '../errors/threadkeep-error.ts'
import type { CallOptions } from './call-options.ts'
import { canonicalJson } from './canonical-json.ts'
import { type Checksum, checksum, runningChecksum } from './checksum.ts'
import { collectionNames } from './collection-names.ts'
import type { Change, Entry, Store } from './types.ts'

/** What to copy, and who wants to know about it. */
export interface CopyOptions extends CallOptions {
  /** Default: all of them, which needs a source that can name its collections. */
  readonly collections?: Iterable<string> | AsyncIterable<string>
  /** Records in memory at a time. Default 200. */
  readonly pageSize?: number
  /** Reads each collection of the target back and compares. Default: true. */
  readonly verify?: boolean
  /** Called after each page. What it throws stops the copy. */
  readonly onProgress?: (progress: CopyProgress) => void
}

/** How far a copy has come. */
export interface CopyProgress {
  readonly collection: string
  /** Records of this collection seen so far, and how many of them had to be written. */
  readonly records: number
  readonly written: number
  /** Records of all collections seen so far. */
  readonly total: number
}

/** One collection that was copied. */
export interface CopiedCollection extends Checksum {
  readonly collection: string
  readonly written: number
}

/** What was copied. */
export interface CopyReport {
  readonly collections: readonly CopiedCollection[]
  readonly records: number
  readonly written: number
}

/** Most content of one commit, so that no store chokes on it. */
const commitBytes = 1_000_000

/**
 * Copies collections from store to store with their expiries, a page in memory at a time. What already stands in the target
 * as it should is not written again, so a copy that was interrupted is resumed by calling it again. When the target then differs
 * (it held more, or somebody wrote meanwhile) the copy rejects with `CONFLICT` and names the collection.
 */
export async function copy(from: Store, to: Store, options: CopyOptions = {}): Promise<CopyReport> {
  const { signal, verify = true } = options
  const call = signal && { signal }
  const copied: CopiedCollection[] = []
  const sum = (field: 'records' | 'written'): number => copied.reduce((total, one) => total + one[field], 0)

  for await (const collection of options.collections ?? collectionNames(from, call)) {
    const done = await copyCollection(from, to, collection, options, sum('records'))
    if (verify) await assertSame(to, done, options)
    copied.push(done)
  }
  return { collections: copied, records: sum('records'), written: sum('written') }
}

async function copyCollection(
  from: Store,
  to: Store,
  collection: string,
  { pageSize = 200, signal, onProgress }: CopyOptions,
  before: number,
): Promise<CopiedCollection> {
  const call = signal && { signal }
  const content = runningChecksum()
  let written = 0
  let after: string | undefined
  for (;;) {
    const position = after === undefined ? {} : { after }
    const page = await from.list(collection, { ...position, limit: pageSize }, call)
    for (const entry of page) content.add(entry)
    written += await write(to, page, call)
    const { records } = content.result()
    if (page.length > 0) onProgress?.({ collection, records, written, total: before + records })
    if (page.length < pageSize) return { collection, written, ...content.result() }
    after = page[page.length - 1]!.key
  }
}

/** Writes those entries that the target does not hold as they are, and answers how many. */
async function write(to: Store, entries: readonly Entry[], call: CallOptions | undefined): Promise<number> {
  const present = await to.get(entries, call)
  let written = 0
  let bytes = 0
  let changes: Change[] = []
  for (const [index, entry] of entries.entries()) {
    const { collection, key, value, expiresAt } = entry
    const text = canonicalJson(value)
    const there = present[index]
    if (there && there.expiresAt === expiresAt && canonicalJson(there.value) === text) continue
    const at = { collection, key }
    changes.push(expiresAt === undefined ? { type: 'put', at, value } : { type: 'put', at, value, expiresAt })
    written++
    bytes += text.length
    if (bytes < commitBytes) continue
    await to.commit(changes, call)
    changes = []
    bytes = 0
  }
  if (changes.length > 0) await to.commit(changes, call)
  return written
}

async function assertSame(to: Store, source: CopiedCollection, { pageSize = 200, signal }: CopyOptions): Promise<void> {
  const { collection, records, sha256 } = source
  const target = await checksum(to, collection, { pageSize, ...(signal && { signal }) })
  if (target.sha256 === sha256) return
  throw new ThreadkeepError(
    'CONFLICT',
    `The copy of ${collection} differs: ${records} records in the source, ${target.records} in the target. ` +
      'Stop what writes to either side, make sure that the target held nothing else, and copy again.',
    { details: { collection, source: { records, sha256 }, target } },
  )
}
