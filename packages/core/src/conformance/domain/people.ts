import type { Threadkeep } from '../../domain/create-threadkeep.ts'
import type { Actor } from '../../domain/kernel/actor.ts'
import type { Message, NewMessage } from '../../domain/messages/messages.types.ts'
import type { NewThread, Thread } from '../../domain/threads/threads.types.ts'
import { isThreadkeepError } from '../../errors/threadkeep-error.ts'
import { isSame } from '../expect.ts'

// The people and the small words the cases are written in.

export const ada: Actor = { userId: 'ada' }
export const bob: Actor = { userId: 'bob' }
export const cyd: Actor = { userId: 'cyd' }
export const eve: Actor = { userId: 'eve' }
/** Member of nothing, ever. */
export const stranger: Actor = { userId: 'stranger' }
export const admin: Actor = { userId: 'root', scopes: ['admin'] }

export const second = 1_000
export const minute = 60 * second
export const hour = 60 * minute
export const day = 24 * hour

/** A thread of ada's. */
export function thread(chat: Threadkeep, input: NewThread = {}): Promise<Thread> {
  return chat.threads.create(ada, input)
}

/** Says something in a thread and answers the message. */
export async function say(
  chat: Threadkeep,
  actor: Actor,
  threadId: string,
  content: string,
  rest: Partial<NewMessage> = {},
): Promise<Message> {
  return (await chat.messages.append(actor, threadId, { content, ...rest })).message
}

/** Says `count` things in one commit per hundred: `1`, `2`, … */
export async function sayMany(
  chat: Threadkeep,
  actor: Actor,
  threadId: string,
  count: number,
  from = 1,
): Promise<void> {
  for (let at = 0; at < count; at += 100) {
    const part = Array.from({ length: Math.min(100, count - at) }, (_, i) => ({ content: String(from + at + i) }))
    await chat.messages.appendMany(actor, threadId, part)
  }
}

/** What messages say. */
export function texts(messages: readonly (Message | undefined)[]): unknown[] {
  return messages.map((message) => message?.content)
}

/** The code of what a call is refused with; its answer when it is not. */
export async function codeOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return { answered: await call() }
  } catch (error) {
    return isThreadkeepError(error) ? error.code : String(error)
  }
}

/** Everything a caller can tell of a refusal. */
export async function refusalOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return { answered: await call() }
  } catch (error) {
    if (!isThreadkeepError(error)) return String(error)
    const { code, message, details, retryable, maybeCommitted } = error
    return { code, message, details, retryable, maybeCommitted }
  }
}

// What comes at all comes within this time, also on a slow server that others load.
const patience = 25_000

/** Answers when `holds` does; throws when it has not within a long time. */
export async function eventually(holds: () => Promise<boolean> | boolean, claim: string): Promise<void> {
  for (const end = performance.now() + patience; performance.now() < end; ) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`${claim}: not within ${patience} ms`)
}

/** The next `count` items of a subscription; throws when they have not come within a long time. */
export async function take<T>(items: AsyncIterator<T>, count: number, claim = 'items'): Promise<T[]> {
  const taken: T[] = []
  while (taken.length < count) {
    const next = await inTime(items.next(), `${claim}: ${taken.length} of ${count} came`)
    if (next.done) throw new Error(`${claim}: the subscription ended after ${taken.length} of ${count}`)
    taken.push(next.value)
  }
  return taken
}

/** A promise's answer, unless it takes too long. */
export async function inTime<T>(promise: Promise<T>, claim: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${claim}: nothing within ${patience} ms`)), patience)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Whether two lists hold the same, in any order. */
export function sameSet(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((one) => b.some((other) => isSame(one, other)))
}
