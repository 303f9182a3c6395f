import { classAt, separator, unitsAt } from './characters.ts'
import type { Places } from './find-places.ts'
import { findPlaces } from './find-places.ts'
import type { SearchTerm } from './search-terms.ts'
import { isIdeographs } from './search-terms.ts'

/** Every hit from here on has every term. */
export const everyTermScore = 0.5
/** Every hit from here on has every term in whole words. */
export const wholeWordsScore = 0.75

// How many places of a term are looked at: enough for any message, and a bound for a hostile one.
const mostPlaces = 16
const reversed = 0.8
const reach = 10
const longestGlance = 8

/**
 * How relevant a folded text is to the terms: 0..1 with four decimals, from these two alone, so it is the same on every index
 * and whatever else is stored. 0 when no term matches.
 *
 * Three bands: all terms in whole words 0.75–1, all terms but the last one begins a longer word 0.5–0.75, some terms below 0.5.
 * Inside a band `quality` = for one term 0.6·exactness + 0.4·density; for several 0.3·exactness + 0.5·closeness + 0.2·density:
 *
 * - exactness: mean over the terms of how near the text comes to what was typed (`Places`);
 * - closeness: mean over neighbouring terms: 1 when nothing but separators is between them (0.8 in reverse order), falling with
 *   the distance g in UTF-16 units as 1 / (1 + g/10), 0 when one is missing;
 * - density: square root of the share of the text that matches, the separators between the places included.
 *
 * Below 0.5 the half is multiplied with coverage · (0.85 + 0.15·quality), where coverage is the share of the terms that match, a
 * term weighing as much as it has characters, at most 8 (an ideograph counts twice): long words tell more than short ones.
 */
export function scoreMatch(text: string, terms: readonly SearchTerm[]): number {
  const places: (Places | undefined)[] = []
  let matched = 0
  let matchedWeight = 0
  let weight = 0
  let exactness = 0
  // As if one unit stood between any two places.
  let covered = -1
  let whole = true
  for (let i = 0; i < terms.length; i++) {
    const found = findPlaces(text, terms[i]!, mostPlaces)
    places.push(found)
    const own = weightOf(terms[i]!)
    weight += own
    if (!found) continue
    matched++
    matchedWeight += own
    exactness += found.exactness
    whole &&= found.whole
    for (let k = 0; k < found.bounds.length; k += 2) covered += found.bounds[k + 1]! - found.bounds[k]! + 1
  }
  if (matched === 0) return 0
  const density = Math.sqrt(Math.min(1, covered / text.length))
  const quality =
    terms.length === 1
      ? 0.6 * exactness + 0.4 * density
      : (0.3 * exactness) / matched + 0.5 * meanCloseness(text, places) + 0.2 * density
  if (matched < terms.length) {
    const coverage = matchedWeight / weight
    return inBand(0, everyTermScore, coverage * (0.85 + 0.15 * quality))
  }
  return whole ? inBand(wholeWordsScore, 1, quality) : inBand(everyTermScore, wholeWordsScore, quality)
}

/** Only sums, products, quotients and square roots come before this: every machine rounds them alike. */
function inBand(from: number, to: number, quality: number): number {
  const score = Math.round((from + (to - from) * quality) * 10_000)
  return (to < 1 ? Math.min(score, to * 10_000 - 1) : score) / 10_000
}

function weightOf({ literal }: SearchTerm): number {
  return Math.min(8, isIdeographs(literal) ? literal.length * 2 : literal.length)
}

function meanCloseness(text: string, places: readonly (Places | undefined)[]): number {
  let sum = 0
  for (let i = 1; i < places.length; i++) sum += closeness(text, places[i - 1]?.bounds, places[i]?.bounds)
  return sum / (places.length - 1)
}

function closeness(text: string, left: readonly number[] | undefined, right: readonly number[] | undefined): number {
  if (!left || !right) return 0
  let best = 0
  for (let a = 0; a < left.length && best < 1; a += 2) {
    for (let b = 0; b < right.length; b += 2) {
      const inOrder = right[b]! >= left[a]!
      const near = inOrder
        ? nearness(text, left[a + 1]!, right[b]!)
        : reversed * nearness(text, right[b + 1]!, left[a]!)
      if (near > best) best = near
    }
  }
  return best
}

/** From the end of one place to the start of another. Places that overlap are as near as can be. */
function nearness(text: string, end: number, start: number): number {
  const gap = start - end
  return gap <= longestGlance && isSeparated(text, end, start) ? 1 : reach / (reach + gap)
}

function isSeparated(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i += unitsAt(text, i)) if (classAt(text, i) !== separator) return false
  return true
}
