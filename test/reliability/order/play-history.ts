import type { Actor, Message, Threadkeep, ThreadkeepError } from '@threadkeep/core'
import { isThreadkeepError } from '@threadkeep/core'
import { seeded } from '../simulation/random.ts'
import type { AppendCall, History, Recorder, Seen } from './history.ts'
import { recordHistory } from './history.ts'

/** Who plays, and how much. */
export interface Play {
  /** Each writer and reader uses them in turn: two on one store are two processes. */
  readonly threadkeeps: readonly Threadkeep[]
  readonly seed: number
  readonly writers: number
  /** Of each writer. */
  readonly appends: number
  /** How often a writer sends an append that got no answer again, under its client id. Default: never. */
  readonly repeats?: (writer: number) => number
  /** Milliseconds that a writer waits after a failure. Default 0. */
  readonly pause?: number
}

export const threadId = 'spoken'
export const actor: Actor = { userId: 'alice' }

/** Writers and readers work on one thread at once, through all the Threadkeeps; answers what each of them saw. */
export async function playHistory(play: Play): Promise<History> {
  const history = recordHistory()
  let writing = true
  const writers = Array.from({ length: play.writers }, (_, lane) => write(history, play, lane))
  const readers = play.threadkeeps.flatMap((threadkeep, index) =>
    [0, 1].map((n) => read(history, threadkeep, seeded(play.seed * 100 + index * 2 + n), () => writing)),
  )
  try {
    await Promise.all(writers)
  } finally {
    writing = false
  }
  await Promise.all(readers)
  return history
}

async function write(history: Recorder, play: Play, lane: number): Promise<void> {
  const random = seeded(play.seed * 1_000 + lane)
  for (let n = 0; n < play.appends; n++) {
    const clientId = `w${lane}-${n}`
    const call = history.append(clientId)
    const repeats = play.repeats?.(lane) ?? 0
    for (let attempt = 0; attempt <= repeats && call.outcome !== 'ok'; attempt++) {
      const error = await send(history, call, random.pick(play.threadkeeps))
      // Whoever is told that nothing was written may believe it, and stop.
      if (error && repeats === 0 && !error.maybeCommitted) history.fail(call)
      if (error && play.pause !== undefined) await new Promise((resolve) => setTimeout(resolve, play.pause))
    }
  }
}

/** Sends a message once; answers what went wrong. */
async function send(
  history: Recorder,
  call: AppendCall,
  { messages }: Threadkeep,
): Promise<ThreadkeepError | undefined> {
  const { clientId } = call
  try {
    const { message } = await messages.append(actor, threadId, { clientId, content: `text of ${clientId}` })
    history.ok(call, message.seq)
    return undefined
  } catch (error) {
    if (!isThreadkeepError(error)) throw error
    return error
  }
}

async function read(
  history: Recorder,
  { messages }: Threadkeep,
  random: ReturnType<typeof seeded>,
  going: () => boolean,
): Promise<void> {
  let known: readonly Message[] = []
  while (going()) {
    const limit = 1 + random.below(60)
    const anchor = known.length > 0 && random.chance(0.6) ? random.pick(known) : undefined
    const invokedAt = history.now()
    try {
      if (anchor === undefined) {
        known = await messages.newest(actor, threadId, limit)
        history.read({ invokedAt, from: 'newest', limit, items: known.map(seen) })
      } else {
        const { items } = await messages.page(actor, threadId, { first: limit, afterId: anchor.id })
        history.read({ invokedAt, from: { after: anchor.seq }, limit, items: items.map(seen) })
        known = items
      }
    } catch (error) {
      if (!isThreadkeepError(error)) throw error
    }
    // Reads never fill the machine: writers are to meet each other.
    await new Promise((resolve) => setTimeout(resolve, random.below(4)))
  }
}

/** The whole thread, as it is now. */
export async function readThread({ messages }: Threadkeep): Promise<readonly Seen[]> {
  const all: Seen[] = []
  for await (const batch of messages.stream(actor, threadId)) all.push(...batch.map(seen))
  return all
}

function seen({ seq, clientId }: Message): Seen {
  return { seq, clientId: clientId! }
}
