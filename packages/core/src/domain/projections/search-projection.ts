import type { SearchChange } from '../../ports/search-index.ts'
import { scan } from '../../store/scan.ts'
import type { DomainEvent, EventType } from '../events/event.ts'
import type { Context } from '../kernel/context.ts'
import { at, names, seqKey } from '../kernel/names.ts'
import type { MessageRecord, ThreadRecord } from '../kernel/records.ts'
import { asRecord } from '../kernel/records.ts'
import type { Kinds } from '../messages/kinds.ts'
import { indexId } from '../search/index-id.ts'

/** Keeps a search index up with the events. Idempotent: it indexes what the named records hold now, whatever the event said. */
export interface SearchProjection {
  apply(events: readonly DomainEvent[]): Promise<void>
  /** Indexes all threads anew, as their records are now. */
  rebuild(): Promise<void>
}

const batch = 500
const aboutMessages: ReadonlySet<EventType> = new Set<EventType>([
  'message.created',
  'message.edited',
  'message.restored',
  'message.deleted',
  'message.expired',
  'message.removed',
])

/** The search projection of a context; without an index it does nothing. */
export function createSearchProjection(context: Context, kinds: Kinds): SearchProjection {
  const { store, search } = context
  return {
    async apply(events) {
      if (!search) return
      const changes: SearchChange[] = []
      const touched = new Map<string, { readonly threadId: string; readonly messageId: string; readonly seq: number }>()
      for (const { type, threadId, messageId, seq } of events) {
        if (type === 'thread.purged' && threadId !== undefined)
          changes.push({ type: 'deleteThread', threadId: indexId(threadId) })
        if (!aboutMessages.has(type) || threadId === undefined || messageId === undefined || seq === undefined) continue
        touched.set(`${threadId}\n${messageId}`, { threadId, messageId, seq })
      }
      const wanted = [...touched.values()]
      const entries =
        wanted.length === 0
          ? []
          : await store.get(wanted.map(({ threadId, seq }) => at(names.messages(threadId), seqKey(seq))))
      wanted.forEach(({ threadId, messageId }, i) => {
        const entry = entries[i]
        changes.push(
          (entry && changeFor(asRecord<MessageRecord>(entry.value))) ?? {
            type: 'delete',
            threadId: indexId(threadId),
            messageId: indexId(messageId),
          },
        )
      })
      if (changes.length > 0) await search.apply(changes)
    },

    async rebuild() {
      if (!search) return
      for await (const { value } of scan(store, names.threads)) {
        const { id } = asRecord<ThreadRecord>(value)
        let changes: SearchChange[] = [{ type: 'deleteThread', threadId: indexId(id) }]
        for await (const entry of scan(store, names.messages(id), { pageSize: batch })) {
          const change = changeFor(asRecord<MessageRecord>(entry.value))
          if (!change || changes.push(change) < batch) continue
          await search.apply(changes)
          changes = []
        }
        if (changes.length > 0) await search.apply(changes)
      }
    },
  }

  /** Undefined for a message that nothing can find. */
  function changeFor(record: MessageRecord): SearchChange | undefined {
    const text = record.deletedAt === undefined ? kinds.searchText(record) : ''
    return text === '' ? undefined : put(record, text)
  }
}

function put(
  { threadId, id, seq, authorId, role, kind, createdAt, expiresAt }: MessageRecord,
  text: string,
): SearchChange {
  return {
    type: 'put',
    document: {
      threadId: indexId(threadId),
      messageId: indexId(id),
      seq,
      authorId: indexId(authorId),
      role,
      kind,
      createdAt,
      ...(expiresAt !== undefined && { expiresAt }),
      text,
    },
  }
}
