import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createThreadkeep } from '@threadkeep/core'
import { sqliteStore } from '@threadkeep/store-sqlite'
import { defineBench, rate } from './lib/index.ts'

const alice = { userId: 'alice' }
const content = 'Where is my order? I was told on Monday that it would be here within two working days.'
const threadCount = 200
const messagesPerThread = 1_000

export default defineBench({
  about: 'The last 50 messages of a thread among 200,000 messages, with access checked and cursors',
  async run({ compare, progress }) {
    const directory = mkdtempSync(join(tmpdir(), 'threadkeep-bench-'))
    const path = join(directory, 'chat.db')
    const store = await sqliteStore({ path, durability: 'normal' })
    const { threads, messages, close } = createThreadkeep({ store, projector: 'external' })
    progress('page-sqlite: writing 200,000 messages')
    const ids: string[] = []
    for (let n = 0; n < threadCount; n++) {
      const { id } = await threads.create(alice)
      ids.push(id)
      const batches = Array.from({ length: messagesPerThread / 100 }, () =>
        Array.from({ length: 100 }, () => ({ content })),
      )
      await Promise.all(batches.map((batch) => messages.appendMany(alice, id, batch)))
    }
    const bare = new DatabaseSync(path, { readOnly: true })
    const select = bare.prepare(
      'select key, value, version, expires_at from records where collection = ? order by key desc limit 50',
    )
    const threadOf = (i: number): string => ids[(i * 7) % threadCount]!
    try {
      await compare({
        against: 'the same SELECT, prepared, and JSON.parse',
        bar: '>=0.6',
        unit: 'page/s',
        ours: rate(2_000, async (count) => {
          for (let i = 0; i < count; i++) {
            const page = await messages.page(alice, threadOf(i), { last: 50 })
            if (page.items.length !== 50) throw new Error('The page is not full.')
          }
        }),
        theirs: rate(2_000, (count) => {
          for (let i = 0; i < count; i++) {
            const rows = select.all(`messages:${threadOf(i)}`)
            for (const row of rows) row['value'] = JSON.parse(row['value'] as string)
          }
        }),
      })
    } finally {
      bare.close()
      await close()
      await store.close()
      rmSync(directory, { recursive: true, force: true })
    }
  },
})
