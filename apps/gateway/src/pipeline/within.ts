import { ThreadkeepError } from '@threadkeep/core/store'

/** The result of what runs, or `TIMEOUT` when it does not come in time; then `giveUp` is called. What changes something may have done so. */
export type Within = <T>(running: Promise<T>, giveUp: () => void, changes: boolean) => Promise<T>

/**
 * One deadline for everything: since all run equally long, those that began first end first, and one timer that looks now and then
 * serves all. A deadline may be late by a twentieth.
 */
export function createWithin(millis: number): Within {
  const running = new Set<{ readonly due: number; readonly giveUp: () => void }>()
  let timer: ReturnType<typeof setInterval> | undefined

  function look(): void {
    const now = performance.now()
    for (const one of running) {
      if (one.due > now) return
      running.delete(one)
      one.giveUp()
    }
    if (running.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  return (promise, giveUp, changes) =>
    new Promise((resolve, reject) => {
      const one = {
        due: performance.now() + millis,
        giveUp() {
          giveUp()
          reject(
            new ThreadkeepError('TIMEOUT', `The operation took longer than ${millis} ms.`, { maybeCommitted: changes }),
          )
        },
      }
      running.add(one)
      timer ??= setInterval(look, Math.ceil(millis / 20)).unref()
      promise.then(
        (value) => {
          running.delete(one)
          resolve(value)
        },
        (error) => {
          running.delete(one)
          reject(error)
        },
      )
    })
}
