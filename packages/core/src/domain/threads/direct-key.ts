import { token } from '../kernel/names.ts'

/** The key of the one direct thread of two people: the same from both sides. */
export function directKey(a: string, b: string): string {
  return [token(a), token(b)].sort().join('/')
}
