let lastPromise: Promise<unknown> | undefined
let lastAnswer: unknown

/**
 * A promise of what is known already, for a store that answers from memory: wrappers that look into it with `answerOf` need
 * not wait for a turn each. The last answer is held on to, so keep it small.
 */
export function answered<T>(answer: T): Promise<T> {
  const promise = Promise.resolve(answer)
  lastPromise = promise
  lastAnswer = answer
  return promise
}

/**
 * What a promise is going to answer, if it is the last that `answered` made; else undefined, and it has to be awaited. Ask
 * right after the call. The answer is the caller's own: a wrapper may change it in place and pass the promise on.
 */
export function answerOf<T>(promise: Promise<T>): T | undefined {
  return promise === lastPromise ? (lastAnswer as T) : undefined
}
