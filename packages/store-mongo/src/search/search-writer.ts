import type { SearchChange } from '@threadkeep/core'
import type { CallOptions, Clock } from '@threadkeep/core/store'
import { patience, systemClock } from '@threadkeep/core/store'
import type { AnyBulkWriteOperation, Collection } from 'mongodb'
import type { Connection } from '../client.ts'
import { impatientError } from '../errors.ts'
import { orAborted, patiently } from '../patience.ts'
import { transaction } from '../transaction.ts'
import type { FiledDocument } from './search-documents.ts'
import { fileDocument, idOf } from './search-documents.ts'

/** Answers when a majority has the changes. Calls take effect in the order they were made. */
export type SearchWriter = (changes: readonly SearchChange[], options: CallOptions | undefined) => Promise<void>

type Write = AnyBulkWriteOperation<FiledDocument>

interface Waiting {
  /** The last write for each document and each thread, in order. */
  readonly writes: ReadonlyMap<string, Write>
  settled: boolean
  settle(error?: unknown): void
}

// MongoDB's own advice for one transaction is a thousand documents.
const mostWrites = 1_000

/** Writes one transaction at a time: calls that come meanwhile go into the next one together. */
export function searchWriter(
  { client, deadline }: Connection,
  documents: Collection<FiledDocument>,
  clock: Clock,
): SearchWriter {
  let queue: Waiting[] = []
  let writing = false

  /** Safe to repeat, whatever became of it: the same writes make the same documents. */
  const write = (writes: ReadonlyMap<string, Write>): Promise<void> =>
    patiently(deadline, undefined, (signal) =>
      orAborted(
        transaction(client, { wanted: () => !signal.aborted }, async (session) => {
          await documents.bulkWrite([...writes.values()], { session, ordered: true })
          return { commit: true, answer: undefined }
        }),
        signal,
      ),
    )

  const takeGroup = (): readonly Waiting[] => {
    let count = 0
    for (let size = 0; count < queue.length; count++) {
      size += queue[count]!.writes.size
      if (size > mostWrites && count > 0) break
    }
    const group = queue.slice(0, count)
    queue = queue.slice(count)
    return group.filter(({ settled }) => !settled)
  }

  const drain = async (): Promise<void> => {
    writing = true
    while (queue.length > 0) {
      const group = takeGroup()
      const merged = new Map<string, Write>()
      for (const { writes } of group) for (const [name, one] of writes) putLast(merged, name, one)
      if (merged.size === 0) continue
      try {
        await write(merged)
        for (const one of group) one.settle()
      } catch (error) {
        if (group.length === 1) group[0]!.settle(error)
        // One of them may be what cannot be written: the others must not suffer for it.
        else for (const one of group) await write(one.writes).then(one.settle, one.settle)
      }
    }
    writing = false
  }

  return (changes, options) => {
    const writes = writesOf(changes, clock)
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        writes,
        settled: false,
        settle(error) {
          waiting.settled = true
          stop()
          if (error === undefined) resolve()
          else reject(error)
        },
      }
      const stop = patience(deadline, options, (reason) => waiting.settle(impatientError(reason, deadline, true)))
      queue.push(waiting)
      if (!writing) void drain()
    })
  }
}

function writesOf(changes: readonly SearchChange[], clock: Clock): ReadonlyMap<string, Write> {
  const writes = new Map<string, Write>()
  for (const change of changes) {
    if (change.type === 'deleteThread') {
      const { threadId } = change
      putLast(writes, `thread ${threadId}`, { deleteMany: { filter: { threadId } } })
    } else if (change.type === 'delete') {
      const _id = idOf(change.threadId, change.messageId)
      putLast(writes, `message ${_id}`, { deleteOne: { filter: { _id } } })
    } else {
      const replacement = fileDocument(change.document, clock.now(), systemClock.now())
      const { _id } = replacement
      putLast(writes, `message ${_id}`, { replaceOne: { filter: { _id }, replacement, upsert: true } })
    }
  }
  return writes
}

/** Takes the place of an earlier write of that name, behind all others: what was written between them keeps its order. */
function putLast(writes: Map<string, Write>, name: string, write: Write): void {
  writes.delete(name)
  writes.set(name, write)
}
