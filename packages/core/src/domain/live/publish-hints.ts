import type { DomainEvent } from '../events/event.ts'
import type { Context } from '../kernel/context.ts'
import { streamTopic, viewerTopic } from './topics.ts'

/** Tells whoever waits that streams have grown: one hint a stream, and one for each of the people given. Never throws. */
export function publishHints(context: Context, events: readonly DomainEvent[], userIds: readonly string[]): void {
  const newest = new Map<string, DomainEvent>()
  for (const event of events) newest.set(event.stream, event)
  for (const { stream, eventSeq, threadId } of newest.values()) {
    context.live.publish(streamTopic(stream), { eventSeq })
    // In big threads people listen to the thread itself; who joins or leaves is told in person.
    if (threadId === undefined) continue
    const told = userIds.length > context.limits.maxInlineMembers ? personal(events, stream) : userIds
    for (const userId of told) context.live.publish(viewerTopic(userId), { threadId, eventSeq })
  }
}

function personal(events: readonly DomainEvent[], stream: string): readonly string[] {
  return events.flatMap((event) =>
    event.stream === stream && event.type.startsWith('member.') && event.userId !== undefined ? [event.userId] : [],
  )
}
