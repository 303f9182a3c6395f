import { setTimeout as sleep } from 'node:timers/promises'

/** Work that is done again and again. */
export interface Loop {
  /** Lets the turn at hand finish. */
  stop(): Promise<void>
}

/** One turn: answers how long to wait before the next, in milliseconds. */
export type Turn = (signal: AbortSignal) => Promise<number>

const firstPause = 50
const longestPause = 1_000

/** Runs turns one after another. A turn that fails is reported and tried again, sooner at first, a second later at most. */
export function startLoop(turn: Turn, onError: (error: unknown) => void): Loop {
  const stopping = new AbortController()
  const { signal } = stopping
  const run = async (): Promise<void> => {
    for (let failures = 0; !signal.aborted; ) {
      let pause: number
      try {
        pause = await turn(signal)
        failures = 0
      } catch (error) {
        onError(error)
        pause = Math.min(longestPause, firstPause * 2 ** failures++)
      }
      await sleep(pause, undefined, { signal }).catch(() => {})
    }
  }
  const running = run()
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}
