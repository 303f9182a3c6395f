import type { Version } from '@threadkeep/core'
import { mongoStore } from '@threadkeep/store-mongo'
import { service, stopServices } from '@threadkeep/test-support/services'
import { MongoClient } from 'mongodb'
import { defineBench, rate } from './lib/index.ts'

const threads = 32
const day = 86_400_000
const content = 'A message of ordinary length, as people write them. '.repeat(3)

/** What an append to a thread of two members writes, as the domain does: ten records in eight collections. */
interface Append {
  readonly thread: string
  readonly seq: number
  readonly version: Version | null
}

const at = (collection: string, key: string) => ({ collection, key })
const key = (seq: number) => String(seq).padStart(12, '0')

function records({ thread, seq }: Append) {
  const id = `msg_${thread}_${seq}`
  const event = { type: 'message.created', stream: thread, eventSeq: seq, actorId: 'user_1', seq, messageId: id }
  return {
    root: { id: thread, title: 'A thread', status: { type: 'active' }, ownerId: 'user_1', seq, messageCount: seq },
    message: { id, threadId: thread, seq, kind: 'message', role: 'user', authorId: 'user_1', content, edits: 0 },
    id,
    event,
    first: { hash: 'jW3H9zkGZ2Jx', seq, messageId: id, eventSeq: seq },
    recency: { threadId: thread, archived: false },
  }
}

export default defineBench({
  about: 'Appending on MongoDB beside the same writes by hand, one driver call each, in one transaction',
  async run({ compare, skip }) {
    const mongodb = await service('mongodb')
    if (!mongodb.available) skip('there is no MongoDB')
    const url = (await mongodb.open()).url
    const store = await mongoStore({ url })
    const client = await new MongoClient((await mongodb.open()).url).connect()
    const db = client.db()
    await Promise.all(
      ['threads', 'messages', 'message-ids', 'idempotency', 'events', 'outbox', 'threads-of'].map((name) =>
        db
          .collection(name)
          .createIndexes([
            { key: { scope: 1, key: 1 } },
            ...(['idempotency', 'events'].includes(name) ? [{ key: { expiresAt: 1 }, expireAfterSeconds: 0 }] : []),
          ]),
      ),
    )

    async function ours(append: Append): Promise<Version> {
      const { thread, seq, version } = append
      const { root, message, id, event, first, recency } = records(append)
      const now = Date.now()
      const result = await store.commit([
        { type: 'check', at: at('threads', thread), version },
        { type: 'check', at: at(`idempotency:${thread}`, `user_1/${seq}`), version: null },
        { type: 'put', at: at(`idempotency:${thread}`, `user_1/${seq}`), value: first, expiresAt: now + day },
        { type: 'put', at: at(`messages:${thread}`, key(seq)), value: message },
        { type: 'put', at: at(`message-ids:${thread}`, id), value: { seq } },
        { type: 'put', at: at(`events:${thread}`, key(seq)), value: event, expiresAt: now + 7 * day },
        { type: 'put', at: at('outbox:3', `${thread}/${key(seq)}`), value: event },
        ...['user_1', 'user_2'].flatMap((user) => [
          { type: 'delete' as const, at: at(`threads-of:${user}`, `${key(seq - 1)}/${thread}`) },
          { type: 'put' as const, at: at(`threads-of:${user}`, `${key(seq)}/${thread}`), value: recency },
        ]),
        { type: 'put', at: at('threads', thread), value: root },
      ])
      if (!result.ok) throw new Error('conflict')
      return result.version
    }

    async function byHand(append: Append): Promise<Version> {
      const { thread, seq } = append
      const { root, message, id, event, first, recency } = records(append)
      const version = `${thread}.${seq}` as Version
      const now = Date.now()
      const session = client.startSession()
      const options = { session }
      const insert = (name: string, scope: string, recordKey: string, value: object, expiresAt?: number) =>
        db.collection<{ _id: string }>(name).insertOne(
          {
            _id: `${scope}:${recordKey}`,
            ...{ scope, key: recordKey, value, version },
            ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt) }),
          },
          options,
        )
      try {
        await session.withTransaction(
          async () => {
            const { matchedCount, upsertedCount } = await db
              .collection<{ _id: string; version?: string }>('threads')
              .replaceOne(
                { _id: `:${thread}`, ...(append.version && { version: append.version }) },
                { ...{ scope: '', key: thread, value: root, version } },
                { ...options, upsert: append.version === null },
              )
            if (matchedCount + upsertedCount !== 1) throw new Error('conflict')
            await insert('idempotency', thread, `user_1/${seq}`, first, now + day)
            await insert('messages', thread, key(seq), message)
            await insert('message-ids', thread, id, { seq })
            await insert('events', thread, key(seq), event, now + 7 * day)
            await insert('outbox', '3', `${thread}/${key(seq)}`, event)
            for (const user of ['user_1', 'user_2']) {
              await db
                .collection<{ _id: string }>('threads-of')
                .deleteOne({ _id: `${user}:${key(seq - 1)}/${thread}` }, options)
              await insert('threads-of', user, `${key(seq)}/${thread}`, recency)
            }
          },
          { writeConcern: { w: 'majority' } },
        )
      } finally {
        await session.endSession()
      }
      return version
    }

    const appender = (side: string, append: (one: Append) => Promise<Version>) => {
      const seqs = new Array<number>(threads).fill(0)
      const versions = new Array<Version | null>(threads).fill(null)
      return async (thread: number): Promise<void> => {
        const seq = ++seqs[thread]!
        versions[thread] = await append({ thread: `${side}_${thread}`, seq, version: versions[thread]! })
      }
    }
    const sides = [
      { bench: 'append-mongo: single', bar: '>=1.4', count: 40, inFlight: 1, suffix: 'single' },
      { bench: 'append-mongo: 32 in flight on 32 threads', bar: '>=2.5', count: 96, inFlight: 32, suffix: 'many' },
    ] as const
    for (const { bench, bar, count, inFlight, suffix } of sides) {
      const together = (append: (thread: number) => Promise<void>) =>
        rate(count, async (n) => {
          const lane = async (thread: number) => {
            for (let i = thread; i < n; i += inFlight) await append(thread)
          }
          await Promise.all(Array.from({ length: inFlight }, (_, thread) => lane(thread)))
        })
      await compare({
        bench,
        against: 'the same writes by hand, one driver call each, in one transaction',
        bar,
        unit: 'op/s',
        ours: together(appender(`ours_${suffix}`, ours)),
        theirs: together(appender(`hand_${suffix}`, byHand)),
      })
    }
    await client.close()
    await store.close()
    await stopServices()
  },
})
