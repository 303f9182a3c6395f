import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Change } from '@threadkeep/core/store'
import { sqliteStore } from '@threadkeep/store-sqlite'
import { defineBench, rate } from './lib/index.ts'

const value = {
  id: 'msg_01jd3k8yv4q6m2x5w7t9',
  threadId: 'thr_01jd3k8yv4q6m2x5w7t9',
  role: 'user',
  content: 'Where is my order? I was told on Monday that it would be here within two working days.',
  createdAt: 1_700_000_000_000,
}
const bytes = Buffer.from(JSON.stringify(value))
let written = 0

const next = (): readonly Change[] => [
  { type: 'put', at: { collection: 'messages:thread', key: String(written++).padStart(12, '0') }, value },
]

export default defineBench({
  about: 'Single-record commits, durable, beside appending the same bytes to a file with fdatasync',
  async run({ compare, progress }) {
    const directory = mkdtempSync(join(tmpdir(), 'threadkeep-bench-'))
    const file = openSync(join(directory, 'appended'), 'a')
    const store = await sqliteStore({ path: join(directory, 'records.db') })
    const append = (count: number): void => {
      for (let i = 0; i < count; i++) {
        writeSync(file, bytes)
        fdatasyncSync(file)
      }
    }
    const commits = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) await store.commit(next())
    }
    try {
      progress(
        'sqlite: 5,000 commits, until the log is reused and the code compiled, as in a process that has run for a second',
      )
      await commits(5_000)
      await compare({
        against: 'append + fdatasync of the same bytes',
        bar: '>=0.9',
        unit: 'commit/s',
        // Short rounds, so that what else the disk has to do meets both sides alike.
        rounds: 21,
        ours: rate(1_000, commits),
        theirs: rate(1_000, append),
      })
      await compare({
        bench: 'sqlite-32',
        against: 'append + fdatasync, one writer',
        bar: '>=6',
        unit: 'commit/s',
        ours: rate(12_800, async (count) => {
          await Promise.all(Array.from({ length: 32 }, () => commits(count / 32)))
        }),
        theirs: rate(1_500, append),
      })
    } finally {
      await store.close()
      closeSync(file)
      rmSync(directory, { recursive: true, force: true })
    }
  },
})
