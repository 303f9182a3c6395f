import type { DomainEvent } from '../events/event.ts'
import type { Context } from '../kernel/context.ts'
import { streamTopic, viewerTopic } from './topics.ts'

/** Tells whoever waits that streams have grown: one hint a stream, and one for each of the people given. Never throws. */
export function publishHints(context: Context, events: readonly DomainEvent[], userIds: readonly string[]): void {
  const newest = new Map<string, number>()
  for (const { stream, eventSeq } of events) newest.set(stream, eventSeq)
  for (const [stream, eventSeq] of newest) {
    context.live.publish(streamTopic(stream), { eventSeq })
    if (userIds.length > context.limits.maxInlineMembers) continue
    for (const userId of userIds) context.live.publish(viewerTopic(userId), { stream, eventSeq })
  }
}
