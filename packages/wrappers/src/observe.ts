import { answerOf } from '@threadkeep/core/store'

/** Shows an answer, or a failure, to whoever watches, and passes it on as it is. At once, where it is known at once. */
export function observe<T>(
  answer: Promise<T>,
  answered: (answer: T) => void,
  failed: (error: unknown) => void,
): Promise<T> {
  const known = answerOf(answer)
  if (known !== undefined) {
    answered(known)
    return answer
  }
  return answer.then(
    (value) => {
      answered(value)
      return value
    },
    (error) => {
      failed(error)
      throw error
    },
  )
}
