import { classAt, classBefore, ideograph, letter, separator, unitsAt } from './characters.ts'
import { maxWord } from './limits.ts'
import type { SearchTerm } from './search-terms.ts'
import { isIdeographs } from './search-terms.ts'
import { cutWord, suffixEnd } from './search-tokens.ts'

/** Where a folded text matches a term. */
export interface Places {
  /** Start and end of each place, one after the other, in the order of the text. */
  readonly bounds: readonly number[]
  /** Whether these are whole words, not only beginnings. */
  readonly whole: boolean
  /** How near the best place comes to what was typed: 1 is the same; of a longer word, the share that was typed. */
  readonly exactness: number
}

// The words are there, but joined otherwise: `order 12345` where `order-12345` was typed.
const looseness = 0.5

/**
 * The first `most` places where a folded text matches the term; undefined when it does not. Where a prefix stands as a whole
 * word too, the longer words that begin with it do not count.
 */
export function findPlaces(text: string, term: SearchTerm, most: number): Places | undefined {
  return collect(text, term, false, most) ?? (term.prefix ? collect(text, term, true, most) : undefined)
}

function collect(text: string, term: SearchTerm, prefix: boolean, most: number): Places | undefined {
  const { literal } = term
  const needle = term.sign === 'before' ? literal : term.words[0]!
  let start = text.indexOf(needle)
  if (start < 0) return undefined
  const bounds: number[] = []
  let exactness = 0
  while (start >= 0 && bounds.length < most * 2) {
    const end = placeEnd(text, term, start, prefix)
    if (end > 0) {
      bounds.push(start, end)
      const typed = prefix ? literal.length / (end - start) : 1
      exactness = Math.max(exactness, text.startsWith(literal, start) ? typed : typed * looseness)
    }
    start = text.indexOf(needle, end > 0 ? end : start + 1)
  }
  return bounds.length > 0 ? { bounds, whole: !prefix, exactness } : undefined
}

/** Whether a folded text matches all of the terms. */
export function matchesAll(text: string, terms: readonly SearchTerm[]): boolean {
  return terms.every((term) => findPlaces(text, term, 1) !== undefined)
}

/** Where the place that starts at `start` ends; 0 when it is none. */
function placeEnd(text: string, { words, literal, sign }: SearchTerm, start: number, prefix: boolean): number {
  const last = words.length - 1
  if (sign === 'before') return wordEnd(text, start + 1, words[0]!, prefix)
  if (last === 0 && isIdeographs(literal)) return start + literal.length
  let end = start
  for (let k = 0; k <= last; k++) {
    const word = words[k]!
    const at = k === 0 ? start : skipSeparators(text, end)
    if (k > 0 && !text.startsWith(word, at)) return 0
    if (isIdeographs(word)) end = ideographsEnd(text, at, word, k > 0, k < last)
    else end = classBefore(text, at) === letter ? 0 : wordEnd(text, at, word, prefix && k === last)
    if (end === 0) return 0
  }
  if (sign !== 'after') return end
  const signed = suffixEnd(text, end)
  return signed > end && text.slice(end, signed) === literal.slice(words[0]!.length) ? signed : 0
}

/** As `placeEnd`, for one word of letters of which `text` has at least the beginning. */
function wordEnd(text: string, start: number, word: string, prefix: boolean): number {
  const end = start + word.length
  if (classAt(text, end) !== letter) return end
  const isLong = word.length >= maxWord - 1
  if (!prefix && !isLong) return 0
  let runEnd = end
  while (classAt(text, runEnd) === letter) runEnd += unitsAt(text, runEnd)
  return prefix || cutWord(text.slice(start, runEnd)) === word ? runEnd : 0
}

/** Inside a phrase ideographs must reach their neighbours; a lone one must be a run of its own, as it is filed. */
function ideographsEnd(text: string, start: number, word: string, hasBefore: boolean, hasAfter: boolean): number {
  const end = start + word.length
  const isLone = unitsAt(word, 0) === word.length
  if ((hasBefore || isLone) && classBefore(text, start) === ideograph) return 0
  if ((hasAfter || isLone) && classAt(text, end) === ideograph) return 0
  return end
}

function skipSeparators(text: string, from: number): number {
  let i = from
  while (i < text.length && classAt(text, i) === separator) i += unitsAt(text, i)
  return i
}
