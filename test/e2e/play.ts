import { setTimeout as sleep } from 'node:timers/promises'
import type { Recorder } from '../reliability/order/history.ts'
import { recordHistory } from '../reliability/order/history.ts'
import { seeded } from '../reliability/simulation/random.ts'
import type { Cluster, Node } from './cluster.ts'
import type { Listener } from './listen.ts'
import { cursorOf, listen } from './listen.ts'
import type { Person } from './person.ts'
import { createPerson } from './person.ts'
import { read, send, startThread, write } from './talk.ts'

/** Who plays, and for how long. */
export interface Play {
  readonly seed: number
  /** Processes that are killed, one after the other. */
  readonly kills: number
  /** Milliseconds between a start and the next kill, at most. */
  readonly calm: number
}

/** What was seen from outside. */
export interface Played {
  readonly people: readonly Person[]
  readonly histories: ReadonlyMap<string, Recorder>
  /** One for each thread at each gateway. */
  readonly listeners: ReadonlyMap<string, readonly Listener[]>
  /** Of all threads of the first person. */
  readonly viewer: Listener
  readonly killed: readonly string[]
  stop(): Promise<void>
}

const threadIds = ['red', 'green', 'blue']

/**
 * Three people talk in three threads and listen to them, through both gateways of a cluster, while its processes are killed with SIGKILL
 * and started again. Everybody sends again, under the same client id, what got no answer.
 */
export async function play(cluster: Cluster, { seed, kills, calm }: Play): Promise<Played> {
  const { gateways } = cluster
  const people = await Promise.all(['ada', 'bob', 'cy'].map((id) => createPerson(gateways, id)))
  const [owner] = people as [Person, ...Person[]]
  const members = people.slice(1).map(({ id }) => id)
  const histories = new Map(threadIds.map((id) => [id, recordHistory()]))
  for (const threadId of threadIds) await startThread(owner, threadId, members)

  const listeners = new Map<string, readonly Listener[]>()
  for (const threadId of threadIds) {
    const after = await cursorOf(owner, threadId)
    const both = gateways.map((_, i) => listen(people[i]!, gateways, i, { threadId, after }))
    listeners.set(threadId, await Promise.all(both))
  }
  const viewer = await listen(owner, gateways, 1, 'all threads')
  // Somebody who listens to everything has a position with the first event.
  for (let n = 0; viewer.heard.length === 0; n++) {
    const history = histories.get('red')!
    const call = history.append(`first-${n}`)
    history.ok(call, (await send(owner, 0, 'red', call.clientId)).seq)
    await sleep(100)
  }

  let loading = true
  const going = (): boolean => loading
  const load = Promise.all(
    threadIds.flatMap((threadId, t) => {
      const history = histories.get(threadId)!
      const scene = (lane: number) => ({ history, going, random: seeded(seed * 100 + t * 10 + lane) })
      return [
        write(people[t]!, threadId, scene(0)),
        write(people[(t + 1) % 3]!, threadId, scene(1)),
        read(people[(t + 2) % 3]!, threadId, scene(2)),
      ]
    }),
  )
  const killed: string[] = []
  const kill = async (): Promise<void> => {
    const random = seeded(seed)
    let nodes: Node[] = []
    for (let n = 0; n < kills; n++) {
      await sleep(random.below(calm))
      // Every process has its turn before one is killed again.
      if (nodes.length === 0) nodes = [...cluster.gateways, ...cluster.workers]
      const [node] = nodes.splice(random.below(nodes.length), 1) as [Node]
      await node.kill()
      killed.push(node.name)
      await sleep(random.below(300))
      await node.start()
    }
    await sleep(random.below(calm))
  }
  const stop = async (): Promise<void> => {
    await Promise.all([viewer, ...[...listeners.values()].flat()].map((listener) => listener.stop()))
  }
  try {
    await Promise.race([
      kill().finally(() => {
        loading = false
      }),
      load,
    ])
    await load
  } catch (error) {
    loading = false
    await stop()
    throw error
  }
  return { people, histories, listeners, viewer, killed, stop }
}
