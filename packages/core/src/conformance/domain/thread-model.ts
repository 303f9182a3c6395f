const day = 24 * 60 * 60 * 1000

/** What may be done to the one thread of a history. `ada` owns it, `bob` is a member. */
export type ThreadAct =
  | {
      readonly type: 'append'
      readonly by: 'ada' | 'bob'
      readonly id: string
      readonly text: string
      readonly ttl?: number
      readonly clientId?: string
    }
  | { readonly type: 'edit'; readonly by: 'ada' | 'bob'; readonly id: string; readonly text: string }
  | { readonly type: 'delete'; readonly by: 'ada' | 'bob'; readonly id: string; readonly hard: boolean }
  | { readonly type: 'restore'; readonly by: 'ada' | 'bob'; readonly id: string }
  | { readonly type: 'truncate'; readonly by: 'ada' | 'bob'; readonly id: string; readonly inclusive: boolean }

/** A message as the model knows it. */
export interface ModelMessage {
  readonly id: string
  readonly seq: number
  readonly by: string
  readonly text: string
  readonly earlier: readonly string[]
  readonly expiresAt: number
  readonly deletedBy?: string
}

/** The thread, too simple to be wrong. */
export interface ModelThread {
  readonly seq: number
  readonly messages: readonly ModelMessage[]
  readonly sent: Readonly<Record<string, { readonly act: string; readonly seq: number; readonly until: number }>>
}

/** What an act answers: a code, or what can be told of the answer. */
export type Outcome = string | { readonly [fact: string]: unknown }

export const emptyThread: ModelThread = { seq: 0, messages: [], sent: {} }

/** The thread as it is at a moment: what has expired is not there. */
export function at(thread: ModelThread, now: number): ModelThread {
  return {
    ...thread,
    messages: thread.messages.filter(({ expiresAt }) => expiresAt > now),
    sent: Object.fromEntries(Object.entries(thread.sent).filter(([, { until }]) => until > now)),
  }
}

/** One act on the thread: how it is then, and what the act answers. */
export function act(before: ModelThread, doing: ThreadAct, now: number): readonly [ModelThread, Outcome] {
  const thread = at(before, now)
  if (doing.type === 'append') return append(thread, doing, now)
  if (doing.type === 'truncate' && doing.by !== 'ada') return [thread, 'FORBIDDEN']
  const message = thread.messages.find(({ id }) => id === doing.id)
  if (!message) return [thread, 'NOT_FOUND']
  if (doing.type === 'truncate') {
    const kept = thread.messages.filter(({ seq }) => (doing.inclusive ? seq < message.seq : seq <= message.seq))
    return [{ ...thread, messages: kept }, { removed: thread.messages.length - kept.length }]
  }
  if (message.by !== doing.by && doing.by !== 'ada') return [thread, 'FORBIDDEN']
  return change(thread, doing, message)
}

function append(
  thread: ModelThread,
  doing: Extract<ThreadAct, { type: 'append' }>,
  now: number,
): readonly [ModelThread, Outcome] {
  const key = `${doing.by}/${doing.clientId}`
  const first = doing.clientId === undefined ? undefined : thread.sent[key]
  if (first) {
    if (first.act !== JSON.stringify(doing)) return [thread, 'IDEMPOTENCY_MISMATCH']
    const message = thread.messages.find(({ seq }) => seq === first.seq)
    return [thread, message ? { seq: first.seq, text: shown(message), deduplicated: true } : 'NOT_FOUND']
  }
  if (thread.messages.some(({ id }) => id === doing.id)) return [thread, 'MESSAGE_EXISTS']
  const seq = thread.seq + 1
  const message: ModelMessage = {
    id: doing.id,
    seq,
    by: doing.by,
    text: doing.text,
    earlier: [],
    expiresAt: doing.ttl === undefined ? Number.POSITIVE_INFINITY : now + doing.ttl * 1000,
  }
  const sent =
    doing.clientId === undefined
      ? thread.sent
      : { ...thread.sent, [key]: { act: JSON.stringify(doing), seq, until: now + day } }
  return [
    { seq, messages: [...thread.messages, message], sent },
    { seq, text: doing.text, deduplicated: false },
  ]
}

function change(
  thread: ModelThread,
  doing: Extract<ThreadAct, { type: 'edit' | 'delete' | 'restore' }>,
  message: ModelMessage,
): readonly [ModelThread, Outcome] {
  const put = (changed: ModelMessage): ModelThread => ({
    ...thread,
    messages: thread.messages.map((one) => (one === message ? changed : one)),
  })
  if (doing.type === 'edit') {
    if (message.deletedBy !== undefined) return [thread, 'NOT_FOUND']
    const edited = { ...message, text: doing.text, earlier: [...message.earlier, message.text] }
    return [put(edited), { seq: message.seq, text: doing.text, edits: edited.earlier.length }]
  }
  if (doing.type === 'delete') {
    if (doing.hard) return [{ ...thread, messages: thread.messages.filter((one) => one !== message) }, { gone: true }]
    return [message.deletedBy === undefined ? put({ ...message, deletedBy: doing.by }) : thread, { gone: true }]
  }
  if (message.deletedBy === undefined) return [thread, { seq: message.seq, text: message.text }]
  if (message.deletedBy !== doing.by && doing.by !== 'ada') return [thread, 'FORBIDDEN']
  const { deletedBy, ...restored } = message
  return [put(restored), { seq: message.seq, text: message.text }]
}

/** What readers see of a message: nothing that a deleted one said. */
export function shown({ text, deletedBy }: ModelMessage): string | null {
  return deletedBy === undefined ? text : null
}
