import type { Highlight } from '../ports/search-index.ts'
import { findPlaces } from './find-places.ts'
import { foldText } from './fold-text.ts'
import type { SearchTerm } from './search-terms.ts'

/** Most places one hit marks for each term. */
const mostMarks = 64

/** What to mark in an original text: every place of every term, in order, those that touch joined. */
export function markPlaces(original: string, terms: readonly SearchTerm[]): readonly Highlight[] {
  const { text, starts, ends } = foldText(original)
  const marks: Highlight[] = []
  for (const term of terms) {
    const bounds = findPlaces(text, term, mostMarks)?.bounds ?? []
    for (let k = 0; k < bounds.length; k += 2) {
      const [start, last] = [bounds[k]!, bounds[k + 1]! - 1]
      marks.push({ start: starts?.[start] ?? start, end: ends?.[last] ?? last + 1 })
    }
  }
  return join(marks.sort((a, b) => a.start - b.start || a.end - b.end))
}

function join(sorted: readonly Highlight[]): readonly Highlight[] {
  const joined: Highlight[] = []
  for (const mark of sorted) {
    const before = joined.at(-1)
    if (before && mark.start <= before.end) {
      joined[joined.length - 1] = { start: before.start, end: Math.max(before.end, mark.end) }
    } else joined.push(mark)
  }
  return joined
}
