import type { CallOptions } from '@threadkeep/core/store'
import { answerOf } from '@threadkeep/core/store'

/** Gives up calls that take too long. */
export interface Deadlines {
  /**
   * Calls with a signal that aborts at the deadline, or when the caller's own does. Rejects with `expired()` at the
   * deadline even if the call ignores its signal.
   */
  run<T>(call: (options: CallOptions) => Promise<T>, options: CallOptions | undefined, expired: () => Error): Promise<T>
}

/** Calls begun within one tick are due together, so one signal serves them all. */
interface Cohort {
  readonly due: number
  readonly controller: AbortController
  readonly options: CallOptions
}

/** One call under way. The list is in the order of beginning, so its head is due first. */
interface Waiting {
  readonly cohort: Cohort
  readonly expire: () => void
  waits: boolean
  previous: Waiting | undefined
  next: Waiting | undefined
}

/**
 * One timer for all calls, however many: it ticks eight times per timeout while calls are under way. A call is given up
 * after `millis`, at most one tick later, never earlier. The timer keeps the process alive only while a call waits.
 */
export function createDeadlines(millis: number): Deadlines {
  const ticksPerCall = Math.max(1, Math.min(8, Math.floor(millis)))
  let ticks = 0
  let timer: NodeJS.Timeout | undefined
  let cohort: Cohort | undefined
  let head: Waiting | undefined
  let tail: Waiting | undefined

  const tick = () => {
    ticks++
    cohort = undefined
    while (head && head.cohort.due <= ticks) {
      const { controller } = head.cohort
      while (head?.cohort.controller === controller) {
        const { expire } = head
        end(head)
        expire()
      }
      // After the callers were told, so that none of them learns of the abort instead of the deadline.
      controller.abort()
    }
    if (head) return
    clearInterval(timer)
    timer = undefined
  }

  const cohortOfNow = (): Cohort => {
    if (!cohort) {
      const controller = new AbortController()
      // This tick has partly passed, so it does not count.
      cohort = { due: ticks + ticksPerCall + 1, controller, options: { signal: controller.signal } }
    }
    return cohort
  }

  const begin = (cohort: Cohort, expire: () => void): Waiting => {
    timer ??= setInterval(tick, millis / ticksPerCall)
    if (!head) timer.ref()
    const call: Waiting = { cohort, expire, waits: true, previous: tail, next: undefined }
    if (tail) tail.next = call
    else head = call
    tail = call
    return call
  }

  const end = (call: Waiting) => {
    if (!call.waits) return
    call.waits = false
    if (call.previous) call.previous.next = call.next
    else head = call.next
    if (call.next) call.next.previous = call.previous
    else tail = call.previous
    if (!head) timer?.unref()
  }

  return {
    run<T>(
      call: (options: CallOptions) => Promise<T>,
      options: CallOptions | undefined,
      expired: () => Error,
    ): Promise<T> {
      const own = options?.signal
      if (own?.aborted) return call(options!)
      const both = own && joinSignals(own)
      const cohort = cohortOfNow()
      const work = call(both?.options ?? cohort.options)
      if (answerOf(work) !== undefined) {
        both?.release()
        return work
      }
      return new Promise<T>((resolve, reject) => {
        const waiting = begin(cohort, () => {
          reject(expired())
          both?.abort()
        })
        work.then(
          (answer) => {
            end(waiting)
            both?.release()
            resolve(answer)
          },
          (error) => {
            end(waiting)
            both?.release()
            reject(error)
          },
        )
      })
    },
  }
}

/** A signal for one call that has its own: `AbortSignal.any` would leave listeners on a signal that lives long. */
function joinSignals(own: AbortSignal) {
  const controller = new AbortController()
  const abort = () => controller.abort(own.reason)
  own.addEventListener('abort', abort, { once: true })
  return {
    options: { signal: controller.signal },
    abort: () => controller.abort(),
    release: () => own.removeEventListener('abort', abort),
  }
}
