import type { Threadkeep } from '../../domain/create-threadkeep.ts'
import type { AppendResult, Message } from '../../domain/messages/messages.types.ts'
import { isThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { ManualClock } from '../../store/clock.ts'
import { isSame, same } from '../expect.ts'
import type { ThreadStep } from './thread-history.ts'
import type { ModelMessage, ModelThread, Outcome, ThreadAct } from './thread-model.ts'
import { act, at, emptyThread, shown } from './thread-model.ts'

const threadId = 't'
const ada = { userId: 'ada' }

/** Plays steps on a thread and on its model, and throws when they tell different things. */
export interface ThreadPlayer {
  play(step: ThreadStep): Promise<void>
  /** Compares all that there is. */
  compare(): Promise<void>
}

/** A player on a thread `t` that ada owns and bob is a member of; each process is a Threadkeep on the same store. */
export function threadPlayer(processes: readonly Threadkeep[], clock: ManualClock): ThreadPlayer {
  let model: ModelThread = emptyThread
  const cursors: { readonly cursor: string; readonly seq: number }[] = []

  async function race(acts: readonly { readonly process: number; readonly act: ThreadAct }[]): Promise<void> {
    const outcomes = await Promise.all(acts.map((one) => perform(processes[one.process]!, one.act)))
    const state = await observe(processes[0]!)
    // There must be an order in which one after the other gives the same answers and the same thread.
    for (const order of permutations(acts.map((_, n) => n))) {
      let thread = model
      const answers: Outcome[] = []
      for (const n of order) {
        const [next, outcome] = act(thread, acts[n]!.act, clock.now())
        thread = next
        answers[n] = outcome
      }
      if (!isSame(answers, outcomes) || !isSame(stateOf(at(thread, clock.now())), state)) continue
      model = thread
      return
    }
    const told = JSON.stringify({ acts, outcomes, state, before: stateOf(at(model, clock.now())) })
    throw new Error(`no order of these acts explains what they answered: ${told}`)
  }

  function live(): readonly ModelMessage[] {
    return at(model, clock.now()).messages.filter(({ deletedBy }) => deletedBy === undefined)
  }

  async function play(step: ThreadStep): Promise<void> {
    switch (step.type) {
      case 'wait':
        clock.advance(step.millis)
        return
      case 'act': {
        const outcome = await perform(processes[step.process]!, step.act)
        const [next, expected] = act(model, step.act, clock.now())
        model = next
        same(outcome, expected, `the answer to ${JSON.stringify(step.act)}`)
        return
      }
      case 'race':
        return race(step.acts)
      case 'page': {
        const request = step.backward ? { last: step.size } : { first: step.size }
        const page = await processes[step.process]!.messages.page(ada, threadId, request)
        const all = live()
        const expected = step.backward ? all.slice(-step.size) : all.slice(0, step.size)
        same(page.items.map(seen), expected.map(told), 'a page')
        same(step.backward ? page.hasPrevious : page.hasNext, all.length > step.size, 'whether there is more')
        return
      }
      case 'remember': {
        const page = await processes[0]!.messages.page(ada, threadId, { first: 100 })
        if (page.items.length === 0) return
        const place = step.place % page.items.length
        cursors.push({ cursor: page.cursor(place), seq: page.items[place]!.seq })
        return
      }
      case 'resume': {
        const known = cursors[step.which % Math.max(1, cursors.length)]
        if (!known) return
        const { cursor, seq } = known
        const request = step.backward ? { last: step.size, before: cursor } : { first: step.size, after: cursor }
        const page = await processes[step.process]!.messages.page(ada, threadId, request)
        const side = live().filter((message) => (step.backward ? message.seq < seq : message.seq > seq))
        const expected = step.backward ? side.slice(-step.size) : side.slice(0, step.size)
        same(page.items.map(seen), expected.map(told), 'a page behind a cursor')
        const [ahead, behind] = step.backward ? [page.hasPrevious, page.hasNext] : [page.hasNext, page.hasPrevious]
        same([ahead, behind], [side.length > step.size, live().length > side.length], 'what lies on both sides')
        return
      }
      case 'around': {
        const anchor = at(model, clock.now()).messages.find(({ id }) => id === step.id)
        const answer = await processes[step.process]!.messages.page(ada, threadId, {
          around: step.id,
          first: step.size,
        }).then((page) => page.items.map(seen), codeOf)
        if (!anchor) return same(answer, 'NOT_FOUND', 'around a message that is not there')
        const half = Math.floor(step.size / 2)
        const before = live().filter(({ seq }) => seq < anchor.seq)
        const after = live().filter(({ seq }) => seq >= anchor.seq)
        const expected = [
          ...before.slice(before.length - Math.min(half, before.length)),
          ...after.slice(0, step.size - half),
        ]
        return same(answer, expected.map(told), 'around a message')
      }
    }
  }

  return {
    play,
    async compare() {
      for (const process of processes) same(await observe(process), stateOf(at(model, clock.now())), 'the whole thread')
    },
  }
}

async function perform(chat: Threadkeep, doing: ThreadAct): Promise<Outcome> {
  const actor = { userId: doing.by }
  const { messages, threads } = chat
  try {
    switch (doing.type) {
      case 'append': {
        const { id, text, ttl, clientId } = doing
        const input = {
          id,
          content: text,
          ...(ttl !== undefined && { ttl }),
          ...(clientId !== undefined && { clientId }),
        }
        const { message, deduplicated }: AppendResult = await messages.append(actor, threadId, input)
        return { seq: message.seq, text: message.content ?? null, deduplicated }
      }
      case 'edit': {
        const { seq, content, edits } = await messages.edit(actor, threadId, doing.id, { content: doing.text })
        return { seq, text: content, edits }
      }
      case 'delete':
        await messages.delete(actor, threadId, doing.id, { mode: doing.hard ? 'hard' : 'soft' })
        return { gone: true }
      case 'restore': {
        const { seq, content } = await messages.restore(actor, threadId, doing.id)
        return { seq, text: content }
      }
      case 'truncate':
        return { removed: await threads.truncate(actor, threadId, doing.id, { inclusive: doing.inclusive }) }
    }
  } catch (error) {
    return codeOf(error)
  }
}

/** The whole thread as it can be read: from the beginning and from the end. */
async function observe(chat: Threadkeep): Promise<unknown> {
  const filter = { includeDeleted: true }
  const [thread, page, newest] = await Promise.all([
    chat.threads.get(ada, threadId),
    chat.messages.page(ada, threadId, { first: 100, filter }),
    chat.messages.newest(ada, threadId, 100, filter),
  ])
  same(newest, page.items, 'both directions tell the same')
  const messages = await Promise.all(
    page.items.map(async (message) => {
      const one = await chat.messages.get(ada, threadId, message.id)
      same(one, message, 'a message by its id')
      const earlier = message.deletedAt === undefined ? await chat.messages.edits(ada, threadId, message.id) : []
      return {
        ...seen(message),
        edits: message.edits,
        deletedBy: message.deletedBy ?? null,
        earlier: earlier.map(({ content }) => content),
      }
    }),
  )
  return { seq: thread.seq, count: thread.messageCount, messages }
}

function stateOf({ seq, messages }: ModelThread): unknown {
  return {
    seq,
    count: messages.filter(({ deletedBy }) => deletedBy === undefined).length,
    messages: messages.map((message) => ({
      ...told(message),
      edits: message.earlier.length,
      deletedBy: message.deletedBy ?? null,
      earlier: message.deletedBy === undefined ? message.earlier : [],
    })),
  }
}

function seen({ id, seq, authorId, content }: Message) {
  return { id, seq, by: authorId, text: content ?? null }
}

function told(message: ModelMessage) {
  return { id: message.id, seq: message.seq, by: message.by, text: shown(message) }
}

function codeOf(error: unknown): string {
  if (isThreadkeepError(error)) return error.code
  throw error
}

function* permutations(items: readonly number[]): Generator<readonly number[]> {
  if (items.length === 0) yield []
  for (const [n, item] of items.entries())
    for (const rest of permutations([...items.slice(0, n), ...items.slice(n + 1)])) yield [item, ...rest]
}
