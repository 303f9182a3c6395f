import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { scan } from '@threadkeep/core/store'
import type { SqliteStore } from '@threadkeep/store-sqlite'
import { sqliteStore } from '@threadkeep/store-sqlite'
import { defineBench, memoryGrowth, rate } from './lib/index.ts'

const collection = 'messages:thread-7'
const keyOf = (n: number): string => String(n).padStart(12, '0')
/** Spreads the pages over all 200,000 records without a random source. */
const startOf = (round: number): string => keyOf((round * 7_919) % 199_900)

export default defineBench({
  about: 'A page of 50 records out of 200,000, and the memory of a scan of 1,000,000',
  async run({ compare, progress }) {
    const directory = mkdtempSync(join(tmpdir(), 'threadkeep-bench-'))
    const path = join(directory, 'records.db')
    const store = await sqliteStore({ path, durability: 'normal' })
    const bare = new DatabaseSync(path, { readOnly: true })
    try {
      progress('sqlite-page: writing 200,000 records')
      await fill(store, collection, 200_000)
      bare.exec('pragma cache_size = -16384')
      const select = bare.prepare(
        'select key, value, version, expires_at from records where collection = ? and key > ? order by key limit ?',
      )
      await compare({
        against: 'the same SELECT, prepared, and JSON.parse',
        bar: '>=0.7',
        unit: 'page/s',
        ours: rate(4_000, async (count) => {
          for (let i = 0; i < count; i++) await store.list(collection, { after: startOf(i), limit: 50 })
        }),
        theirs: rate(4_000, (count) => {
          for (let i = 0; i < count; i++) {
            const rows = select.all(collection, startOf(i), 50)
            for (const row of rows) row['value'] = JSON.parse(row['value'] as string)
          }
        }),
      })
      progress('sqlite-page: writing 1,000,000 records')
      await fill(store, 'large', 1_000_000)
      await compare({
        bench: 'sqlite-scan',
        against: '150 MB for a scan of 1,000,000 records',
        bar: '<=1',
        unit: 'MB',
        ours: memoryGrowth('rss', async (sample) => {
          let seen = 0
          for await (const _ of scan(store, 'large')) if (++seen % 10_000 === 0) sample()
          if (seen !== 1_000_000) throw new Error(`The scan saw ${seen} records.`)
        }),
        theirs: 150,
      })
    } finally {
      bare.close()
      await store.close()
      rmSync(directory, { recursive: true, force: true })
    }
  },
})

async function fill(store: SqliteStore, name: string, count: number): Promise<void> {
  const batch = 10_000
  for (let from = 0; from < count; from += batch) {
    await store.commit(
      Array.from({ length: batch }, (_, i) => ({
        type: 'put' as const,
        at: { collection: name, key: keyOf(from + i) },
        value: { id: `msg_${keyOf(from + i)}`, role: 'user', content: 'Where is my order? I was told it would be here by now.', createdAt: from + i },
      })),
    )
  }
}
