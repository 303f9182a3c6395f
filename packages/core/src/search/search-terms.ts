import { classAt, ideograph, unitsAt } from './characters.ts'
import { foldText } from './fold-text.ts'
import { maxQuestion, maxTerms } from './limits.ts'
import type { Run } from './search-tokens.ts'
import { cutWord, isPrefixSign, pairs, runs, suffixEnd } from './search-tokens.ts'

/** One thing a question asks for: words, usually one, that follow each other in a text. */
export interface SearchTerm {
  /** Folded and cut. Each is a word of letters or a run of ideographs. */
  readonly words: readonly string[]
  /** As it was typed, folded: `order-12345` where the words are `order` and `12345`. */
  readonly literal: string
  /** A sign is part of the word: `@ann` has one before, `c++` one after. The literal is then what must be found. */
  readonly sign?: 'before' | 'after'
  /** The last word may be the beginning of a longer one. */
  readonly prefix: boolean
}

/** Where an index finds the documents that match a term: under all of these tokens, next to each other in this order. */
export interface TokenLookup {
  readonly tokens: readonly string[]
  /** Which of a document's `SearchTokens`. Among the extras only one token is looked up. */
  readonly among: 'words' | 'extras'
  /** The last token may be the beginning of a longer one. */
  readonly prefix: boolean
}

// A quoted phrase, or what stands between spaces and punctuation that never joins words.
const chunks = /"([^"]*)"|[^\s,;!?()[\]{}<>|"]+/g
const joining = /^[\x21-\x7e]+$/
const shortestPrefix = 2

/** The terms of a question in their order, each once, at most 16. Only the last may be a prefix, unless it is quoted. */
export function searchTerms(question: string): readonly SearchTerm[] {
  const text = foldText(question.slice(0, maxQuestion)).text
  const terms = new Map<string, SearchTerm>()
  let last: SearchTerm | undefined
  for (const [chunk, quoted] of text.matchAll(chunks)) {
    for (const term of quoted === undefined ? termsOfChunk(chunk) : termsOfPhrase(quoted)) {
      const isNew = !terms.has(term.literal)
      if (isNew) terms.set(term.literal, term)
      last = isNew && quoted === undefined ? term : undefined
    }
  }
  return [...terms.values()]
    .slice(0, maxTerms)
    .map((term) => (term === last && mayBePrefix(term) ? { ...term, prefix: true } : term))
}

/** How an index looks a term up. */
export function lookupOf({ words, literal, sign, prefix }: SearchTerm): TokenLookup {
  const isCharacter = isIdeographs(literal) && unitsAt(literal, 0) === literal.length
  if (sign || isCharacter) return { tokens: [literal], among: 'extras', prefix }
  return { tokens: words.flatMap((word) => (isIdeographs(word) ? pairs(word) : word)), among: 'words', prefix }
}

/** Whether a word of a term is a run of ideographs. */
export function isIdeographs(word: string): boolean {
  return classAt(word, 0) === ideograph
}

/** Words that signs join (`order-12345`) are one term; ideographs are split where a dictionary ends a word. */
function* termsOfChunk(chunk: string): Generator<SearchTerm, void, undefined> {
  let joined: Run[] = []
  for (const run of runs(chunk)) {
    const before = joined.at(-1)
    if (before && (run.isIdeographs || !joining.test(chunk.slice(before.end, run.start)))) {
      yield termOfRuns(chunk, joined)
      joined = []
    }
    if (run.isIdeographs) yield* termsOfIdeographs(chunk.slice(run.start, run.end))
    else joined.push(run)
  }
  if (joined.length > 0) yield termOfRuns(chunk, joined)
}

function* termsOfPhrase(phrase: string): Generator<SearchTerm, void, undefined> {
  const found = [...runs(phrase)]
  if (found.length > 0) yield termOfRuns(phrase, found)
}

function* termsOfIdeographs(run: string): Generator<SearchTerm, void, undefined> {
  for (const word of splitIdeographs(run)) yield { words: [word], literal: word, prefix: false }
}

function termOfRuns(text: string, found: readonly Run[]): SearchTerm {
  const [first] = found as readonly [Run]
  const last = found.at(-1)!
  const words = found.slice(0, maxTerms).map(({ start, end }) => cutWord(text.slice(start, end)))
  if (found.length > 1) return { words, literal: text.slice(first.start, last.end), prefix: false }
  const word = words[0]!
  if (first.isIdeographs) return { words, literal: word, prefix: false }
  const signed = suffixEnd(text, first.end)
  if (signed > first.end) return { words, literal: word + text.slice(first.end, signed), sign: 'after', prefix: false }
  if (first.start === 1 && isPrefixSign(text, 0))
    return { words, literal: text[0] + word, sign: 'before', prefix: false }
  return { words, literal: word, prefix: false }
}

function mayBePrefix({ words, sign }: SearchTerm): boolean {
  const word = words.at(-1)!
  return sign !== 'after' && word.length >= shortestPrefix && !isIdeographs(word)
}

let segmenter: Intl.Segmenter | undefined

// Only questions are split: documents are filed by pairs of characters, which no edition of a dictionary changes.
function splitIdeographs(run: string): readonly string[] {
  if (run.length <= 2) return [run]
  segmenter ??= new Intl.Segmenter('und', { granularity: 'word' })
  return Array.from(segmenter.segment(run), ({ segment }) => cutWord(segment))
}
