import { createHash } from 'node:crypto'
import { createThreadkeep, memoryStore } from '@threadkeep/core'
import { defineBench, memoryGrowth } from './lib/index.ts'

const alice = { userId: 'alice' }
const threadCount = 120
const messagesPerThread = 150
const content = 'Where is my order? I was told on Monday that it would be here within two working days. '.repeat(4)

export default defineBench({
  about: 'Exporting 120 threads of 150 messages, and importing them back equal',
  async run({ compare, progress }) {
    progress('export: writing 18,000 messages')
    const source = createThreadkeep({ store: memoryStore(), projector: 'external' })
    for (let n = 0; n < threadCount; n++) {
      const { id } = await source.threads.create(alice, { title: `Conversation ${n}` })
      for (let from = 0; from < messagesPerThread; from += 50) {
        await source.messages.appendMany(
          alice,
          id,
          Array.from({ length: 50 }, () => ({ content, metadata: { lang: 'en' } })),
        )
      }
    }
    const checksum = async (threadkeep: typeof source, sample: () => void): Promise<string> => {
      const sum = createHash('sha256')
      let last = ''
      for await (const chunk of threadkeep.transfer.export(alice)) {
        sum.update(last)
        last = Buffer.from(chunk).toString()
        sample()
      }
      // The manifest tells the time of the export: the checksum of the rows stands in it.
      return (/"sha256":"([0-9a-f]{64})"/.exec(last.slice(last.lastIndexOf('\n', last.length - 2))) ?? [])[1] ?? 'none'
    }
    let before = ''
    await compare({
      against: '100 MB of heap for an export',
      bar: '<=1',
      unit: 'MB',
      ours: memoryGrowth('heap', async (sample) => {
        before = await checksum(source, sample)
      }),
      theirs: 100,
    })
    const target = createThreadkeep({ store: memoryStore(), projector: 'external' })
    const report = await target.transfer.import(alice, source.transfer.export(alice))
    const after = await checksum(target, () => {})
    if (report.failed > 0 || after !== before)
      throw new Error(`The import differs: ${JSON.stringify(report)} ${before} ${after}`)
    progress(`export: ${report.messages} messages imported back, the export of the copy has the same checksum`)
    await source.close()
    await target.close()
  },
})
