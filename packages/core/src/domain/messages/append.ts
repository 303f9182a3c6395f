import { hash } from 'node:crypto'
import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { JsonObject, Version } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { findMessages, idAtPlace, placeNamedBy } from '../kernel/message-places.ts'
import { at, names, seqKey, token } from '../kernel/names.ts'
import type { IdempotencyRecord, MessageRecord } from '../kernel/records.ts'
import { asJson, asRecord } from '../kernel/records.ts'
import type { ThreadScope } from '../kernel/thread-scope.ts'
import { nextGroup } from '../kernel/thread-scope.ts'
import { toThread } from '../kernel/thread-state.ts'
import type { ThreadWriter } from '../kernel/thread-writer.ts'
import { assertCount, assertMetadata, assertTtl, copyJson, normalId } from '../kernel/validate.ts'
import { claimAttachments } from './attach.ts'
import { checkContent, checkData } from './content.ts'
import type { Kinds } from './kinds.ts'
import { assertFits, assertKind } from './kinds.ts'
import type { AppendResult, Content, NewMessage, Role } from './messages.types.ts'
import { placeMessage } from './place.ts'
import { toMessage } from './to-message.ts'

/** A new message that has passed every check that needs no store. All objects in it are own copies. */
interface Checked {
  /** Of the caller's choice, so it may be taken, or the beginning of the one that its place completes. */
  readonly id: string
  readonly ownId: boolean
  readonly clientId: string | undefined
  readonly hash: string
  readonly kind: string
  readonly role: Role
  readonly authorId: string
  readonly content: Content | undefined
  readonly data: JsonObject | undefined
  readonly metadata: JsonObject
  readonly replyTo: string | undefined
  readonly attachments: readonly string[]
  readonly ttl: number | undefined
}

interface Appended {
  readonly record: MessageRecord
  readonly eventSeq: number
  /** The stored message's, when it was sent before. */
  readonly version?: Version
}

const roles: ReadonlySet<string> = new Set<Role>(['user', 'assistant', 'system', 'tool'])

/** `messages.append` and `messages.appendMany`: one append, one commit; appends to one thread share commits. */
export function createAppend(context: Context, writer: ThreadWriter, kinds: Kinds) {
  const { limits, ids, hooks } = context

  /** `sent` is what the caller gave, `input` what the hook has made of it. */
  function check(actor: Actor, input: NewMessage, sent: NewMessage): Checked {
    const role = input.role ?? 'user'
    if (!roles.has(role)) throw new ThreadkeepError('INVALID_ROLE', `A role is one of ${[...roles].join(', ')}.`)
    const kind = input.kind ?? 'message'
    assertKind(kind)
    const content = input.content === undefined ? undefined : checkContent(input.content, limits)
    const data = input.data === undefined ? undefined : checkData(input.data, limits)
    assertFits(kinds, kind, content, data)
    if (input.metadata !== undefined) assertMetadata(input.metadata, limits)
    if (input.ttl !== undefined) assertTtl(input.ttl)
    if (input.attachments !== undefined && !Array.isArray(input.attachments))
      throw new ThreadkeepError('INVALID', 'Attachments are a list of ids.')
    const attachments = (input.attachments ?? []).map((id) => normalId(id, 'attachment id'))
    if (attachments.length > limits.maxAttachmentsPerMessage)
      throw new ThreadkeepError(
        'INVALID_LIMIT',
        `A message carries at most ${limits.maxAttachmentsPerMessage} attachments.`,
      )
    const clientId = input.clientId === undefined ? undefined : normalId(input.clientId, 'client message id')
    return {
      id: input.id === undefined ? ids.next('msg') : normalId(input.id, 'message id'),
      ownId: input.id !== undefined,
      clientId,
      hash: clientId === undefined ? '' : hashOf(actor, sent),
      kind,
      role,
      authorId: normalId(input.authorId ?? actor.userId, 'user id'),
      content,
      data,
      metadata: input.metadata === undefined ? {} : copyJson(input.metadata),
      replyTo: input.replyTo === undefined ? undefined : normalId(input.replyTo, 'message id'),
      attachments: [...new Set(attachments)],
      ttl: input.ttl,
    }
  }

  /** Plans one message; `known` holds what turned out to be sent before. */
  function plan(
    scope: ThreadScope,
    actor: Actor,
    message: Checked,
    known: Map<Checked, Appended>,
  ): Appended | typeof nextGroup {
    const before = known.get(message)
    if (before) return before
    const { thread, now } = scope
    assertNotBlocked(scope, actor)
    const seq = thread.seq + 1
    const id = idOf(message, seq)
    if (message.clientId !== undefined) {
      const address = idempotencyAddress(thread.id, message.authorId, message.clientId)
      if (!scope.claim({ at: address, onTaken: () => learn(thread.id, message, known) })) return nextGroup
      const first: IdempotencyRecord = { hash: message.hash, seq, messageId: id, eventSeq: thread.eventSeq + 1 }
      scope.put(address, asJson(first), now + limits.idempotencyWindow)
    }
    if (message.ownId) {
      const idAddress = at(names.messageIds(thread.id), token(id))
      if (!scope.claim({ at: idAddress, onTaken: () => idTaken(thread.id, message, known) })) return nextGroup
    }
    const expiresAt = expiryOf(scope, message.ttl)
    const record = recordOf(message, id, thread.id, seq, now, expiresAt)
    const eventSeq = placeMessage(scope, actor.userId, record, now)
    return { record, eventSeq }
  }

  /** Finds out whether a message was sent before. */
  async function learn(threadId: string, message: Checked, known: Map<Checked, Appended>): Promise<void> {
    const result = message.clientId === undefined ? undefined : await firstResult(threadId, message)
    if (result) known.set(message, result)
  }

  /** A message id that is taken is an error, unless this very message has it: it was sent before. */
  async function idTaken(threadId: string, message: Checked, known: Map<Checked, Appended>): Promise<void> {
    await learn(threadId, message, known)
    if (!known.has(message)) throw messageExists()
  }

  /** The first result of an append that is being repeated; undefined when it has been forgotten meanwhile. */
  async function firstResult(threadId: string, message: Checked): Promise<Appended | undefined> {
    const [entry] = await context.store.get([idempotencyAddress(threadId, message.authorId, message.clientId!)])
    if (!entry) return undefined
    const first = asRecord<IdempotencyRecord>(entry.value)
    if (first.hash !== message.hash) {
      throw new ThreadkeepError(
        'IDEMPOTENCY_MISMATCH',
        'This client message id was used for another message: use a new one for new content.',
        {
          details: { messageId: first.messageId },
        },
      )
    }
    const [stored] = await context.store.get([at(names.messages(threadId), seqKey(first.seq))])
    if (!stored) throw new ThreadkeepError('NOT_FOUND', 'This message was sent before and is gone by now.')
    return { record: asRecord<MessageRecord>(stored.value), eventSeq: first.eventSeq, version: stored.version }
  }

  async function appendMany(
    actor: Actor,
    threadId: string,
    inputs: readonly NewMessage[],
  ): Promise<readonly AppendResult[]> {
    const id = normalId(threadId, 'thread id')
    if (!Array.isArray(inputs)) throw new ThreadkeepError('INVALID', 'Messages come as a list.')
    assertCount(inputs.length, 'The number of messages', limits.maxBatch)
    const { beforeAppend } = hooks
    if (inputs.some((input) => typeof input !== 'object' || input === null))
      throw new ThreadkeepError('INVALID', 'A message is an object.')
    const seen = beforeAppend ? await Promise.all(inputs.map((input) => beforeAppend(actor, id, input))) : inputs
    const messages = seen.map((input, i) => check(actor, input, inputs[i]!))
    const asOther = messages.some((message) => message.role !== 'user' || message.authorId !== actor.userId)
    if (messages.some((message) => message.role === 'user' && message.authorId !== actor.userId)) {
      throw new ThreadkeepError(
        'FORBIDDEN',
        'Nobody can speak as another user: choose the role assistant, system or tool.',
      )
    }
    assertDistinct(messages)
    const known = new Map<Checked, Appended>()
    const reads = messages.some(
      (message) => message.replyTo !== undefined || message.attachments.length > 0 || choosesPlace(message),
    )
    const { result, state } = await writer.run<readonly Appended[]>(id, {
      actor,
      action: asOther ? 'message.append-as' : 'message.append',
      reads,
      weight: messages.length,
      plan(scope) {
        const planned = (): readonly Appended[] | typeof nextGroup => {
          const appended: Appended[] = []
          for (const message of messages) {
            const one = plan(scope, actor, message, known)
            if (one === nextGroup) return nextGroup
            appended.push(one)
          }
          return appended
        }
        return reads ? assertReferences(scope, actor, messages, known).then(planned) : planned()
      },
    })
    const thread = toThread(state.thread, state.version)
    return result.map(({ record, eventSeq, version }) => ({
      message: toMessage(record, version ?? state.version),
      thread,
      deduplicated: version !== undefined,
      eventSeq,
    }))
  }

  /** What a new message points at must be there: reply targets in this thread or before it in the batch, attachments of the actor's. */
  async function assertReferences(
    scope: ThreadScope,
    actor: Actor,
    messages: readonly Checked[],
    known: Map<Checked, Appended>,
  ): Promise<void> {
    // What was sent before is not asked again: its target may be gone, its attachments hang in it already.
    await Promise.all(messages.map((message) => known.has(message) || learn(scope.thread.id, message, known)))
    const fresh = messages.filter((message) => !known.has(message))
    const before = new Set<string>()
    const targets = fresh.flatMap(({ id, replyTo }) => {
      const outside = replyTo === undefined || before.has(replyTo) ? [] : [replyTo]
      before.add(id)
      return outside
    })
    // What stands where its id says has no record of its id that a claim could meet.
    const chosen = fresh.filter(choosesPlace).map(({ id }) => id)
    const [found, taken] = await Promise.all(
      [targets, chosen].map((ids) => findMessages(scope.read, scope.thread.id, ids)),
    )
    if (found!.some((entry) => entry === undefined))
      throw new ThreadkeepError('INVALID_REPLY', 'The message replied to is not in this thread.')
    if (taken!.some((entry) => entry !== undefined)) throw messageExists()
    await claimAttachments(
      scope,
      actor,
      fresh.flatMap((message, i) => {
        const messageId = idOf(message, scope.thread.seq + 1 + i)
        return message.attachments.map((attachmentId) => ({ messageId, attachmentId }))
      }),
    )
  }

  return {
    appendMany,
    async append(actor: Actor, threadId: string, input: NewMessage): Promise<AppendResult> {
      const [result] = await appendMany(actor, threadId, [input])
      return result!
    },
  }
}

/** Tells messages apart by what the caller sent: a hook may answer something else each time. */
function hashOf(actor: Actor, sent: NewMessage): string {
  const { id, kind = 'message', role = 'user', authorId = actor.userId, content, data, metadata } = sent
  const { replyTo, attachments = [], ttl } = sent
  const parts = [id, kind, role, authorId, content, data, metadata ?? {}, replyTo, attachments, ttl]
  return hash('sha256', JSON.stringify(parts), 'base64url')
}

/** The caller's own id names a place: the message that stands there may have it. */
function choosesPlace({ id, ownId }: Checked): boolean {
  return ownId && placeNamedBy(id) !== undefined
}

/** The id of a message that comes to stand at `seq`. */
function idOf({ id, ownId }: Checked, seq: number): string {
  return ownId ? id : idAtPlace(id, seq)
}

function recordOf(
  message: Checked,
  id: string,
  threadId: string,
  seq: number,
  now: number,
  expiresAt: number | undefined,
): MessageRecord {
  const { kind, role, authorId, content, data, metadata, replyTo, attachments, clientId } = message
  return {
    id,
    threadId,
    seq,
    kind,
    role,
    authorId,
    ...(content !== undefined && { content }),
    ...(data !== undefined && { data }),
    metadata,
    ...(replyTo !== undefined && { replyTo }),
    attachments,
    ...(clientId !== undefined && { clientId }),
    createdAt: now,
    ...(expiresAt !== undefined && { expiresAt }),
    edits: 0,
  }
}

/** In a direct thread, a person who has blocked the other one hears no more from them. */
function assertNotBlocked(scope: ThreadScope, actor: Actor): void {
  if (!scope.thread.direct) return
  for (const member of scope.members.values()) {
    if (member.blocking && member.userId !== actor.userId)
      throw new ThreadkeepError('FORBIDDEN', 'You cannot write to this person.')
  }
}

/** The earlier of the message's own end and the thread's retention; a held thread keeps everything. */
function expiryOf(scope: ThreadScope, ttl: number | undefined): number | undefined {
  if (scope.thread.legalHold) return undefined
  const maxAge = scope.thread.retention?.maxAge
  if (ttl === undefined && maxAge === undefined) return undefined
  return Math.ceil(
    scope.now + Math.min(ttl === undefined ? Number.POSITIVE_INFINITY : ttl * 1000, maxAge ?? Number.POSITIVE_INFINITY),
  )
}

/** Two messages of one batch cannot share an id. */
function assertDistinct(messages: readonly Checked[]): void {
  if (messages.length === 1) return
  if (new Set(messages.map(({ id }) => id)).size < messages.length) throw messageExists()
  const clientIds = messages.flatMap(({ authorId, clientId }) =>
    clientId === undefined ? [] : [`${token(authorId)}/${token(clientId)}`],
  )
  if (new Set(clientIds).size < clientIds.length)
    throw new ThreadkeepError('IDEMPOTENCY_MISMATCH', 'Two messages of one batch have the same client message id.')
}

function idempotencyAddress(threadId: string, authorId: string, clientId: string) {
  return at(names.idempotency(threadId), `${token(authorId)}/${token(clientId)}`)
}

function messageExists(): ThreadkeepError {
  return new ThreadkeepError('MESSAGE_EXISTS', 'This message id is taken in this thread.')
}
