import { setTimeout as sleep } from 'node:timers/promises'
import type { Parsed } from '@threadkeep/gateway/harness'
import type { AppendCall, Recorder, Seen } from '../reliability/order/history.ts'
import type { seeded } from '../reliability/simulation/random.ts'
import type { Person, Reachable } from './person.ts'

type Random = ReturnType<typeof seeded>

/** What was said of one message when it was sent. */
export interface Sent {
  readonly id: string
  readonly seq: number
  readonly deduplicated: boolean
}

const sending = `mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) { message { id seq } deduplicated userErrors { code } }
}`
const reading = `query ($id: ID!, $first: Int, $last: Int, $after: Cursor) {
  thread(id: $id) {
    messageCount
    messages(first: $first, last: $last, after: $after) {
      nodes { id seq clientId } pageInfo { endCursor hasNextPage }
    }
  }
}`

/** A thread of `owner` with these members. */
export async function startThread(owner: Person, id: string, members: readonly string[]): Promise<void> {
  const query = `mutation ($input: CreateThreadInput!) {
    createThread(input: $input) { thread { id } userErrors { code } }
  }`
  await owner.insist(0, query, { input: { id, returnExisting: true, members: members.map((userId) => ({ userId })) } })
}

/** Sends under a client id until there is an answer, to one gateway after the other. */
export async function send(person: Person, first: number, threadId: string, clientId: string): Promise<Sent> {
  return sentIn(await person.insist(first, sending, inputOf(threadId, clientId)))
}

/** Sends under a client id once; rejects when there is no answer, or errors. */
export async function sendOnce(person: Person, gateway: Reachable, threadId: string, clientId: string): Promise<Sent> {
  return sentIn(await person.ask(gateway, sending, inputOf(threadId, clientId)))
}

const inputOf = (threadId: string, clientId: string) => ({
  input: { threadId, clientId, content: `spoken ${clientId}` },
})

function sentIn({ sendMessage: { message, deduplicated } }: Parsed): Sent {
  return { ...message, deduplicated }
}

/** Says one thing after the other, and writes down what was asked for and what was answered. */
export async function write(
  person: Person,
  threadId: string,
  { history, random, going }: { readonly history: Recorder; readonly random: Random; readonly going: () => boolean },
): Promise<void> {
  for (let n = 0; going(); n++) {
    const call: AppendCall = history.append(`${person.id}-${n}`)
    history.ok(call, (await send(person, random.below(2), threadId, call.clientId)).seq)
    await sleep(random.below(20))
  }
}

/** Reads the newest messages again and again, through any gateway, and writes down what was there. */
export async function read(
  person: Person,
  threadId: string,
  { history, random, going }: { readonly history: Recorder; readonly random: Random; readonly going: () => boolean },
): Promise<void> {
  while (going()) {
    const limit = 1 + random.below(30)
    const invokedAt = history.now()
    const { thread } = await person.insist(random.below(2), reading, { id: threadId, last: limit })
    history.read({ invokedAt, from: 'newest', limit, items: thread.messages.nodes })
    await sleep(30 + random.below(100))
  }
}

/** A message as the whole thread shows it. */
export interface Shown extends Seen {
  readonly id: string
}

/** The whole thread, page by page. */
export async function readThread(person: Person, threadId: string): Promise<readonly Shown[]> {
  const all: Shown[] = []
  for (let after: string | undefined; ; ) {
    const { thread } = await person.insist(0, reading, { id: threadId, first: 100, after })
    all.push(...thread.messages.nodes)
    if (!thread.messages.pageInfo.hasNextPage) return all
    after = thread.messages.pageInfo.endCursor
  }
}
