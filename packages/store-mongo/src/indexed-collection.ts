import { ThreadkeepError } from '@threadkeep/core/store'
import type { Db, IndexDescription } from 'mongodb'

/** An index that a collection has, or is to have. */
export type IndexDefinition = IndexDescription & { readonly name: string }

interface Described {
  readonly type?: string
  readonly options?: { readonly collation?: unknown; readonly capped?: boolean; readonly timeseries?: unknown }
}

/**
 * Makes a collection with its indexes, or what it lacks of them. Rejects with `MISCONFIGURED` when it is not a plain collection, or has an
 * index of such a name that is another. Answers which of the `required` and `accepted` indexes it has.
 */
export async function ensureCollection(
  db: Db,
  name: string,
  required: readonly IndexDefinition[],
  accepted: readonly IndexDefinition[] = [],
): Promise<ReadonlySet<string>> {
  const [described] = (await db.listCollections({ name }).toArray()) as readonly Described[]
  if (described && !isPlain(described)) {
    throw new ThreadkeepError(
      'MISCONFIGURED',
      `${db.databaseName}.${name} is not a plain collection: it is a view, capped, a time series, or has a collation. ` +
        'Give Threadkeep a database of its own.',
    )
  }
  const collection = db.collection(name)
  try {
    await collection.createIndexes(required.map((index) => ({ ...index })))
  } catch (error) {
    const { code } = error as { code?: unknown }
    // IndexOptionsConflict and IndexKeySpecsConflict.
    if (code === 85 || code === 86) throw wrongIndexes(name, required)
    throw error
  }
  const present = new Set<string>()
  const found = await collection.listIndexes().toArray()
  for (const wanted of [...required, ...accepted]) {
    const index = found.find((one) => one['name'] === wanted.name)
    if (!index) continue
    if (!isIndex(index, wanted)) throw wrongIndexes(name, [wanted])
    present.add(wanted.name)
  }
  return present
}

function isPlain({ type = 'collection', options }: Described): boolean {
  return type === 'collection' && !options?.collation && !options?.capped && !options?.timeseries
}

function isIndex(found: Readonly<Record<string, unknown>>, { key, name: _, ...wanted }: IndexDefinition): boolean {
  const options = ['expireAfterSeconds', 'sparse', 'unique', 'partialFilterExpression', 'collation', 'hidden'] as const
  return (
    JSON.stringify(found['key']) === JSON.stringify(key) &&
    options.every((option) => (found[option] || undefined) === (wanted[option] || undefined))
  )
}

function wrongIndexes(collection: string, indexes: readonly IndexDefinition[]): ThreadkeepError {
  const wanted = indexes.map(({ name, key, ...options }) => `${name} ${JSON.stringify({ key, ...options })}`)
  return new ThreadkeepError(
    'MISCONFIGURED',
    `The indexes of the collection ${collection} are not those this version makes: ${wanted.join(', ')}. ` +
      'Drop the ones that differ; they are made at the next start.',
    { details: { collection } },
  )
}
