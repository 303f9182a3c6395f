import type { Actor, Threadkeep } from '@threadkeep/core'
import { isThreadkeepError } from '@threadkeep/core'
import type { Expected } from './ledger.ts'
import { createLedger } from './ledger.ts'
import { subscribe } from './subscriber.ts'
import { verify } from './verify.ts'
import type { Trouble, World } from './world.ts'
import { createWorld } from './world.ts'

/** What a run did. */
export interface Outcome {
  readonly seed: number
  readonly steps: number
  readonly acknowledged: number
  readonly unknown: number
  readonly crashes: number
}

const alice: Actor = { userId: 'alice' }
const bob: Actor = { userId: 'bob' }
const admin: Actor = { userId: 'root', scopes: ['admin'] }
const maxInFlight = 6

/**
 * Plays random work of two people through two processes on a store that fails, with crashes and a moving clock; then heals, repeats what
 * has no answer, and verifies. Throws, with the seed in the message, when a promise is broken.
 */
export async function simulate(
  seed: number,
  steps: number,
  trouble: Trouble = { before: 0.05, after: 0.05 },
): Promise<Outcome> {
  const world = createWorld(seed, trouble)
  const { random, clock } = world
  const ledger = createLedger()
  let crashes = 0
  let unknown = 0
  const process = (): Threadkeep => world.processes[random.below(2)]!
  const threadIds = await openThreads(world)
  const subscribers = threadIds.map((id) => subscribe(world, alice, id))
  const inFlight = new Set<Promise<void>>()

  async function append(): Promise<void> {
    const actor = random.chance(0.5) ? alice : bob
    const ttl = random.chance(0.1) ? 60 + random.below(600) : undefined
    const clientId = `c${ledger.messages.length}`
    const one: Expected = {
      threadId: random.pick(threadIds),
      clientId,
      content: `text ${clientId}`,
      authorId: actor.userId,
      removed: false,
      uncertain: false,
      ttl,
    }
    ledger.messages.push(one)
    try {
      const { message } = await process().messages.append(actor, one.threadId, {
        clientId,
        content: one.content,
        ...(ttl !== undefined && { ttl }),
      })
      one.id = message.id
      one.seq = message.seq
      if (message.expiresAt !== undefined) one.expiresAt = message.expiresAt
    } catch {
      unknown++
    }
  }

  /** Does something to a known message; an unclear end leaves it uncertain. */
  async function change(): Promise<void> {
    const known = ledger.messages.filter((one) => one.id !== undefined && !one.removed && !one.uncertain)
    if (known.length === 0) return
    const one = random.pick(known)
    const [messages, mode] = [process().messages, random.below(4)]
    const author = one.authorId === 'alice' ? alice : bob
    try {
      if (mode === 0) await messages.edit(author, one.threadId, one.id!, { metadata: { edited: true } })
      else if (mode === 1) {
        one.uncertain = true
        await messages.delete(author, one.threadId, one.id!, { mode: 'hard' })
        one.removed = true
      } else if (mode === 2) {
        one.uncertain = true
        await messages.delete(author, one.threadId, one.id!)
        one.removed = true
      } else await messages.feedback(author, one.threadId, [one.id!], 'positive')
    } catch {
      // Uncertain it stays.
    }
  }

  async function housekeeping(): Promise<void> {
    const threadkeep = process()
    try {
      const what = random.below(5)
      if (what === 0) await threadkeep.projections.settle()
      else if (what === 1) await threadkeep.jobs.expire(admin)
      else if (what === 2)
        await threadkeep.threads.update(alice, random.pick(threadIds), { title: `title ${random.below(100)}` })
      else if (what === 3) await threadkeep.messages.markRead(bob, random.pick(threadIds), { seq: random.below(50) })
      else await readInOrder(threadkeep, random.pick(threadIds))
    } catch (error) {
      if (!isThreadkeepError(error) && (error as Error).message !== 'killed') throw error
    }
  }

  for (let step = 0; step < steps; step++) {
    const roll = random.next()
    if (roll < 0.02) {
      world.crash(random.below(2))
      crashes++
    } else if (roll < 0.1) clock.advance(random.below(120_000))
    else {
      const work = (roll < 0.7 ? append() : roll < 0.85 ? change() : housekeeping()).finally(() =>
        inFlight.delete(work),
      )
      inFlight.add(work)
      if (inFlight.size >= maxInFlight) await Promise.race(inFlight)
    }
  }

  await Promise.allSettled([...inFlight])
  world.heal()
  try {
    await verify(world, ledger, threadIds, subscribers)
  } catch (error) {
    throw new Error(`Seed ${seed}, ${steps} steps: ${(error as Error).message}`, { cause: error })
  } finally {
    for (const subscriber of subscribers) subscriber.stop()
    await Promise.all(world.processes.map((threadkeep) => threadkeep.close()))
  }
  return { seed, steps, acknowledged: ledger.messages.filter(({ id }) => id !== undefined).length, unknown, crashes }
}

/** Two threads, made while nothing fails yet in the way of the test: retried until they are there. */
async function openThreads(world: World): Promise<readonly string[]> {
  const ids = ['first', 'second']
  for (const id of ids) {
    for (;;) {
      try {
        await world.processes[0]!.threads.create(alice, { id, ifExists: 'return', members: [{ userId: 'bob' }] })
        break
      } catch (error) {
        if (!isThreadkeepError(error) || !error.retryable) throw error
      }
    }
  }
  return ids
}

/** A page is a stretch of the thread: rising places, no message twice. */
async function readInOrder(threadkeep: Threadkeep, threadId: string): Promise<void> {
  const { items } = await threadkeep.messages.page(alice, threadId, { last: 50 })
  for (const [i, message] of items.entries()) {
    if (i > 0 && message.seq <= items[i - 1]!.seq)
      throw new Error(`The page of ${threadId} is out of order at ${message.seq}.`)
  }
}
