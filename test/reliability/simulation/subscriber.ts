import type { Actor } from '@threadkeep/core'
import type { World } from './world.ts'

/** Somebody who listens to a thread and comes back after every interruption. */
export interface Subscriber {
  /** The numbers of all events received, in order of arrival. */
  readonly seen: readonly number[]
  stop(): void
}

/** Listens from the thread's first event on, through the world's first process, whichever that is at the moment. */
export function subscribe(world: World, actor: Actor, threadId: string): Subscriber {
  const seen: number[] = []
  let stopped = false
  let abort = new AbortController()
  world.onCrash((index) => {
    if (index === 0) abort.abort()
  })
  let cursor: string | undefined

  async function listen(): Promise<void> {
    while (!stopped) {
      try {
        abort = new AbortController()
        const threadkeep = world.processes[0]!
        cursor ??= await threadkeep.live.cursorAt(threadId, 0)
        for await (const item of threadkeep.live.thread(actor, threadId, { after: cursor, signal: abort.signal })) {
          if (item.type === 'event') seen.push(item.event.eventSeq)
          cursor = item.cursor
        }
      } catch {
        // Whatever went wrong, the cursor knows where to go on.
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  void listen()
  return {
    seen,
    stop() {
      stopped = true
      abort.abort()
    },
  }
}
