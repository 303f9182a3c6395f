const first = 100
const longest = 10_000

/** Waits before attempt `attempt` + 1, longer each time and never as long as everybody else; `atLeast` seconds. Ends early when aborted. */
export function backOff(attempt: number, atLeast = 0, signal?: AbortSignal): Promise<void> {
  const ceiling = Math.min(longest, first * 2 ** attempt)
  const millis = atLeast * 1000 + ceiling * (0.5 + Math.random() / 2)
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const done = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, millis)
    signal?.addEventListener('abort', done)
  })
}
