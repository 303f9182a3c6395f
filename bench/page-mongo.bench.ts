import { mongoStore } from '@threadkeep/store-mongo'
import { service, stopServices } from '@threadkeep/test-support/services'
import { MongoClient } from 'mongodb'
import { cpuPerOperation, defineBench } from './lib/index.ts'

const count = 100
const messages = 60
const collection = 'messages:thread_1'
const content = 'A message of ordinary length, as people write them. '.repeat(3)

export default defineBench({
  about: 'The last 50 messages of a thread on MongoDB, beside a bare find',
  async run({ compare, skip }) {
    const mongodb = await service('mongodb')
    if (!mongodb.available) skip('there is no MongoDB')
    const { name } = await mongodb.open()
    const client = await new MongoClient(mongodb.url).connect()
    const store = await mongoStore({ client, database: name })
    await store.commit(
      Array.from({ length: messages }, (_, n) => {
        const key = String(n + 1).padStart(12, '0')
        const value = {
          ...{ id: `msg_${n}`, threadId: 'thread_1', seq: n + 1, kind: 'message', role: 'user', authorId: 'user_1' },
          ...{ content, metadata: { source: 'web' }, attachments: [], createdAt: 1_700_000_000_000 + n, edits: 0 },
        }
        return { type: 'put' as const, at: { collection, key }, value }
      }),
    )
    const documents = client.db(name).collection('messages')
    const ours = async () => {
      if ((await store.list(collection, { reverse: true, limit: 50 })).length !== 50) throw new Error('a short page')
    }
    const bare = async () => {
      const page = await documents.find({ scope: 'thread_1' }).sort({ key: -1 }).limit(50).toArray()
      if (page.length !== 50) throw new Error('a short page')
    }

    await compare({
      bench: 'page-mongo: client CPU',
      against: 'bare find().sort().limit(50).toArray() of the same documents',
      bar: '<=1.3',
      unit: 'µs',
      ours: cpuPerOperation(count, async (n) => {
        for (let i = 0; i < n; i++) await ours()
      }),
      theirs: cpuPerOperation(count, async (n) => {
        for (let i = 0; i < n; i++) await bare()
      }),
    })

    const watched = await new MongoClient(mongodb.url, { monitorCommands: true }).connect()
    const watchedStore = await mongoStore({ client: watched, database: name })
    let commands = 0
    watched.on('commandStarted', () => commands++)
    await compare({
      bench: 'page-mongo: commands sent',
      against: 'one',
      bar: '<=1',
      unit: 'commands',
      ours: async () => {
        commands = 0
        await watchedStore.list(collection, { reverse: true, limit: 50 })
        return commands
      },
      theirs: 1,
    })
    await watchedStore.close()
    await watched.close()
    await store.close()
    await client.close()
    await stopServices()
  },
})
