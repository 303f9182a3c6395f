import type { Change, Entry } from '../../store/types.ts'
import type { DomainEvent } from '../events/event.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { pushEvents } from '../kernel/event-changes.ts'
import { at, names, token, userStream } from '../kernel/names.ts'
import type { UserRecord } from '../kernel/records.ts'
import { asJson, asRecord } from '../kernel/records.ts'
import { indexChanges } from './discover.ts'

/** The changes that bring a user into being, and its event. What an erased user has left behind is only its place in the stream: it goes on from there. */
export function userCreation(
  context: Context,
  actor: Actor,
  user: Omit<UserRecord, 'eventSeq'>,
  erased: Entry | undefined,
) {
  const { id } = user
  const record: UserRecord = { ...user, eventSeq: (erased ? asRecord<UserRecord>(erased.value).eventSeq : 0) + 1 }
  const event: DomainEvent = {
    stream: userStream(id),
    eventSeq: record.eventSeq,
    type: 'user.created',
    at: context.clock.now(),
    actorId: actor.userId,
    userId: id,
  }
  const address = at(names.users, token(id))
  const changes: Change[] = [
    { type: 'check', at: address, version: erased?.version ?? null },
    { type: 'put', at: address, value: asJson(record) },
    ...indexChanges(undefined, record),
  ]
  pushEvents(changes, [event], context.limits)
  return { record, changes, event }
}
