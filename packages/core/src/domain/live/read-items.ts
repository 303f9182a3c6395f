import { scan } from '../../store/scan.ts'
import type { DomainEvent, EventType } from '../events/event.ts'
import type { Context } from '../kernel/context.ts'
import type { EventsRecord } from '../kernel/event-changes.ts'
import { at, names, seqKey } from '../kernel/names.ts'
import type { MessageRecord } from '../kernel/records.ts'
import { asRecord } from '../kernel/records.ts'
import type { Kinds } from '../messages/kinds.ts'
import type { Message } from '../messages/messages.types.ts'
import { toMessage } from '../messages/to-message.ts'

/** An event with the message it tells of, read once for all subscribers of this process. */
export interface StreamItem {
  readonly event: DomainEvent
  readonly message: Message | undefined
  /** Only for those with the scope `items:hidden`. */
  readonly hidden: boolean
}

const page = 40
/** A commit can hold a hundred events: what is handed out at once must not fill the queues of those who take it as fast as they can. */
const maxEvents = 200
const showsMessage: ReadonlySet<EventType> = new Set<EventType>([
  'message.created',
  'message.edited',
  'message.restored',
  'message.deleted',
  'message.feedback',
])

/** Reads a stretch of a stream after `eventSeq`, with the messages as they are now: what at most 40 commits wrote, up to 200 events. */
export async function readItems(
  context: Context,
  kinds: Kinds,
  stream: string,
  eventSeq: number,
): Promise<readonly StreamItem[]> {
  const entries = await context.store.list(names.events(stream), { after: seqKey(eventSeq), limit: page })
  const events = entries
    .flatMap(({ value }) => asRecord<EventsRecord>(value).events)
    .filter((event) => event.eventSeq > eventSeq)
    .slice(0, maxEvents)
  const telling = events.filter(
    ({ type, threadId, seq }) => showsMessage.has(type) && threadId !== undefined && seq !== undefined,
  )
  const found =
    telling.length === 0
      ? []
      : await context.store.get(telling.map(({ threadId, seq }) => at(names.messages(threadId!), seqKey(seq!))))
  const messages = new Map<DomainEvent, Message>()
  telling.forEach((event, i) => {
    const entry = found[i]
    if (entry && asRecord<MessageRecord>(entry.value).id === event.messageId)
      messages.set(event, toMessage(asRecord<MessageRecord>(entry.value), entry.version))
  })
  return events.map((event) => ({
    event,
    message: messages.get(event),
    hidden: kinds.isHidden(event.message?.kind ?? messages.get(event)?.kind ?? ''),
  }))
}

/** After a large stretch: lets consumers take what they were given before there is more. */
export function turnAfter(items: readonly StreamItem[]): Promise<void> | undefined {
  return items.length < maxEvents / 2 ? undefined : new Promise((resolve) => setImmediate(resolve))
}

/** The number of the oldest event that is still kept after `eventSeq`; undefined when there is none. */
export async function oldestKept(context: Context, stream: string, eventSeq: number): Promise<number | undefined> {
  for await (const { value } of scan(context.store, names.events(stream), { after: seqKey(eventSeq), pageSize: 1 }))
    return asRecord<EventsRecord>(value).events.find((event) => event.eventSeq > eventSeq)?.eventSeq
  return undefined
}
