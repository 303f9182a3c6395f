import { postgresStore } from '@threadkeep/store-postgres'
import { service, stopServices } from '@threadkeep/test-support/services'
import pg from 'pg'
import { defineBench, rate } from './lib/index.ts'

const count = 3_000
const inFlight = 32
const content = 'A message of ordinary length, as people write them. '.repeat(3)

export default defineBench({
  about: 'Appending on PostgreSQL, 32 in flight, beside a bare INSERT through the same pool',
  async run({ compare, skip }) {
    const postgres = await service('postgres')
    if (!postgres.available) skip('there is no PostgreSQL')
    const { url } = await postgres.open()
    const pool = new pg.Pool({ connectionString: url, max: 10 })
    // The server may say goodbye before the last connection has closed.
    pool.on('error', () => {})
    const store = await postgresStore({ pool })
    await pool.query('create table bare(thread text, seq int, message json, primary key (thread, seq))')
    const versions = new Array<string | null>(inFlight).fill(null)
    const seqs = new Array<number>(inFlight).fill(0)

    const append = async (thread: number): Promise<void> => {
      const at = { collection: 'threads', key: `thread_${thread}` }
      const seq = ++seqs[thread]!
      const result = await store.commit([
        { type: 'check', at, version: versions[thread] as never },
        { type: 'put', at, value: { title: 'A thread', seq, messageCount: seq, lastActivityAt: seq } },
        {
          type: 'put',
          at: { collection: `messages:thread_${thread}`, key: String(seq).padStart(12, '0') },
          value: { role: 'user', authorId: 'user_1', content, seq },
        },
      ])
      if (!result.ok) throw new Error('conflict')
      versions[thread] = result.version
    }
    const bare = async (thread: number): Promise<void> => {
      const seq = ++seqs[thread]!
      const message = JSON.stringify({ role: 'user', authorId: 'user_1', content, seq })
      await pool.query('insert into bare values ($1, $2, $3)', [`thread_${thread}`, seq, message])
    }
    const together = (one: (thread: number) => Promise<void>) =>
      rate(count, async (n) => {
        const lane = async (thread: number) => {
          for (let i = thread; i < n; i += inFlight) await one(thread)
        }
        await Promise.all(Array.from({ length: inFlight }, (_, thread) => lane(thread)))
      })

    await compare({
      against: 'bare INSERT through the same pool',
      bar: '>=0.5',
      unit: 'op/s',
      ours: together(append),
      theirs: together(bare),
    })
    await store.close()
    await pool.end()
    await stopServices()
  },
})
