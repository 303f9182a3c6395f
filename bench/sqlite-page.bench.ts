import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { scan } from '@threadkeep/core/store'
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
    const store = await sqliteStore({ path })
    const bare = new DatabaseSync(path, { readOnly: true })
    try {
      progress('sqlite-page: writing 1,200,000 records')
      fill(path, collection, 200_000)
      fill(path, 'large', 1_000_000)
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
    } finally {
      bare.close()
      await store.close()
      rmSync(directory, { recursive: true, force: true })
    }
  },
})

/** Writes in SQL, so that this process is still small when the scan is measured. */
function fill(path: string, name: string, count: number): void {
  const db = new DatabaseSync(path)
  db.exec('pragma synchronous = off')
  db.prepare(`
    insert into records
    with recursive numbers(n) as (select 0 union all select n + 1 from numbers where n < ? - 1)
    select ?, printf('%012d', n),
      json_object('id', printf('msg_%012d', n), 'threadId', 'thread-7', 'seq', n, 'role', 'user', 'authorId', 'user-1',
        'content', 'Where is my order? I was told on Monday that it would be here within two working days.',
        'metadata', json('{"lang":"en"}'), 'createdAt', 1700000000000 + n),
      'AbCdEfGhIjKl.' || n, null
    from numbers`).run(count, name)
  db.close()
}
