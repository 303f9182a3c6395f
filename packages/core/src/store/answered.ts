let lastPromise: Promise<unknown> | undefined
let lastAnswer: unknown

/**
 * A promise of what is known already, for a store that answers from memory. Wrappers can look into it with `answerOf`, and
 * so need not wait a turn of the event loop each. The last answer is held on to, so keep it small.
 */
export function answered<T extends object>(answer: T): Promise<T> {
  const promise = Promise.resolve(answer)
  lastPromise = promise
  lastAnswer = answer
  return promise
}

/**
 * What a promise is going to answer, if it was the last that `answered` made; else undefined, and it has to be awaited. Ask right
 * after the call. The answer belongs to the caller of that call: a wrapper may change it in place and pass the promise on.
 */
export function answerOf<T extends object>(promise: Promise<T>): T | undefined {
  return promise === lastPromise ? (lastAnswer as T) : undefined
}
