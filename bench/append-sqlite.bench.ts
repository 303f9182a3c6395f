import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createThreadkeep } from '@threadkeep/core'
import { sqliteStore } from '@threadkeep/store-sqlite'
import { defineBench, rate } from './lib/index.ts'

const inFlight = 32
const alice = { userId: 'alice' }
const content = 'Where is my order? I was told on Monday that it would be here within two working days.'
const bytes = Buffer.from(JSON.stringify({ threadId: 'thr_01jd3k8yv4q6m2x5w7t9', authorId: 'alice', content }))

export default defineBench({
  about: 'Durable appends, 32 in flight over 8 threads, beside appending one line to a file with fdatasync',
  async run({ compare, progress }) {
    const directory = mkdtempSync(join(tmpdir(), 'threadkeep-bench-'))
    const file = openSync(join(directory, 'appended'), 'a')
    const store = await sqliteStore({ path: join(directory, 'chat.db') })
    const { threads, messages, projections, close } = createThreadkeep({ store })
    const opened = await Promise.all(Array.from({ length: 8 }, () => threads.create(alice)))
    const appends = async (count: number): Promise<void> => {
      await Promise.all(
        Array.from({ length: inFlight }, async (_, writer) => {
          for (let i = 0; i < count / inFlight; i++) await messages.append(alice, opened[writer % 8]!.id, { content })
        }),
      )
    }
    try {
      progress('append-sqlite: 3,200 appends until the code is compiled')
      await appends(3_200)
      await projections.settle()
      await compare({
        against: 'append + fdatasync, one writer',
        bar: '>=3',
        unit: 'append/s',
        rounds: 21,
        ours: rate(3_200, appends),
        theirs: rate(750, (count) => {
          for (let i = 0; i < count; i++) {
            writeSync(file, bytes)
            fdatasyncSync(file)
          }
        }),
      })
    } finally {
      await close()
      await store.close()
      closeSync(file)
      rmSync(directory, { recursive: true, force: true })
    }
  },
})
