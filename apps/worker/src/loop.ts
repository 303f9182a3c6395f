/** Work that is done again and again. */
export interface Loop {
  /** The next turn comes at once, or right after the one at hand. One that follows a failure comes when it would. */
  wake(): void
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
  let woken = false
  let endPause: (() => void) | undefined

  const wait = (millis: number, mayWake: boolean): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(end, millis)
      function end(): void {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        endPause = undefined
        resolve()
      }
      signal.addEventListener('abort', end)
      if (mayWake) endPause = end
      if (signal.aborted || (mayWake && woken)) end()
    })

  const run = async (): Promise<void> => {
    for (let failures = 0; !signal.aborted; ) {
      let pause: number
      woken = false
      try {
        pause = await turn(signal)
        failures = 0
      } catch (error) {
        onError(error)
        pause = Math.min(longestPause, firstPause * 2 ** failures++)
      }
      await wait(pause, failures === 0)
    }
  }
  const running = run()
  return {
    wake() {
      woken = true
      endPause?.()
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}
