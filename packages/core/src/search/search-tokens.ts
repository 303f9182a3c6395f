import { classAt, ideograph, separator, unitsAt } from './characters.ts'
import { maxWord } from './limits.ts'

/** What an index files a text under. */
export interface SearchTokens {
  /** In the order of the text, so that neighbours in the text are neighbours here: words, and pairs of ideographs. */
  readonly words: readonly string[]
  /** Beside the words, without order or repetition: single ideographs, and words with the sign that is part of them (`c++`, `@ann`). */
  readonly extras: readonly string[]
}

/** A maximal run of letters, or of ideographs, in a folded text. */
export interface Run {
  readonly start: number
  readonly end: number
  readonly isIdeographs: boolean
}

/** What may stand directly before a word and belong to it. */
export const isPrefixSign = (text: string, index: number): boolean => {
  const code = text.charCodeAt(index)
  return code === at || code === hash || code === dot
}

/** Where the signs end that directly follow a word and belong to it (`c++`, `f#`); `end` when there are none, or too many. */
export function suffixEnd(text: string, end: number): number {
  let i = end
  while (isSuffixSign(text.charCodeAt(i))) if (++i > end + longestSuffix) return end
  return i
}

const at = 0x40
const hash = 0x23
const dot = 0x2e
const plus = 0x2b
const longestSuffix = 3
const isSuffixSign = (code: number): boolean => code === plus || code === hash

/** The runs of a folded text, in order. */
export function* runs(text: string): Generator<Run, void, undefined> {
  for (let i = 0; i < text.length; ) {
    const start = i
    const found = classAt(text, start)
    do i += unitsAt(text, i)
    while (i < text.length && classAt(text, i) === found)
    if (found !== separator) yield { start, end: i, isIdeographs: found === ideograph }
  }
}

/** The word as indexes know it: its first 64 units, never half a character. */
export function cutWord(word: string): string {
  if (word.length <= maxWord) return word
  return word.slice(0, unitsAt(word, maxWord - 1) === 2 ? maxWord - 1 : maxWord)
}

/** Each ideograph with the one after it; a lone one stands for itself. */
export function pairs(run: string): readonly string[] {
  const characters = Array.from(run)
  if (characters.length === 1) return characters
  return characters.slice(1).map((character, i) => characters[i]! + character)
}

/** What to file a folded text under, so that every term of a question can be looked up. */
export function searchTokens(text: string): SearchTokens {
  const words: string[] = []
  const extras = new Set<string>()
  for (const { start, end, isIdeographs } of runs(text)) {
    const run = text.slice(start, end)
    if (isIdeographs) {
      for (const pair of pairs(run)) words.push(pair)
      for (const character of run) extras.add(character)
      continue
    }
    const word = cutWord(run)
    words.push(word)
    if (start > 0 && isPrefixSign(text, start - 1)) extras.add(text[start - 1] + word)
    const signed = suffixEnd(text, end)
    if (signed > end) extras.add(word + text.slice(end, signed))
  }
  return { words, extras: [...extras] }
}
