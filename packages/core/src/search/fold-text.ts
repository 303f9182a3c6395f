import { maxSearchText } from './limits.ts'

/** A text as search compares it, and where each of its UTF-16 units came from. */
export interface FoldedText {
  readonly text: string
  /** Where the characters behind unit `i` start and end in the original. Absent when every unit stands where it stood. */
  readonly starts?: Uint32Array
  readonly ends?: Uint32Array
}

/**
 * What an index has to keep of a text to answer as if it had all of it, with the same offsets: its first 65,536 units. NUL, which
 * some databases cannot keep, becomes a space.
 */
export function searchedText(text: string): string {
  return text.slice(0, maxSearchText).replaceAll('\0', ' ')
}

/**
 * Folds what readers take for the same: compatibility forms (NFKC), case, diacritics, ligatures, strokes (ł, ø), typographic
 * apostrophes and dashes, skin tones. Marks that tell words apart (Thai vowels, Japanese voicing) stay. ASCII text is only lower-cased.
 * Texts are cut to their first 65,536 units.
 */
export function foldText(original: string): FoldedText {
  const text = original.length > maxSearchText ? original.slice(0, maxSearchText) : original
  return beyondAscii.test(text) ? foldCharacters(text) : { text: text.toLowerCase() }
}

const beyondAscii = /[^\x00-\x7f]/
// Cut clusters keep normalisation linear on hostile input.
const longestCluster = 32
const mostRemembered = 8_192

// What a code unit folds to when it stands alone: 0 is not known yet.
const single = new Uint16Array(0x10000)
// 1: the cluster that starts here must be folded as text; 2: it continues the cluster before it; 3: neither.
const kinds = new Uint8Array(0x10000)
const several = 1
const continues = 2
const alone = 3
const clusters = new Map<string, string>()

/** Continues the character before it: marks, joiners, soft hyphens, Hangul vowels and finals, half-width voicing, skin tones. */
const continuation =
  /^[\p{M}[\p{Cf}--[\u200b\u0600-\u0605\u06dd\u070f]]\u1160-\u11ff\ud7b0-\ud7ff\uff9e\uff9f\p{Emoji_Modifier}]$/v
/** Marks that are spelling, not letters: of Latin, Greek, Cyrillic, Arabic and Hebrew, and all that only style. */
const dropped =
  /[[\p{Mn}&&[\p{sc=Zinh}\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Arab}\p{sc=Hebr}]]--[\u3099\u309a]]|[\p{Cf}--[\u200b\u0600-\u0605\u06dd\u070f]]|[\p{Me}\p{Emoji_Modifier}]/gv
/** Equal to readers, different to Unicode. */
const lookalikes = new Map(
  Object.entries({ ł: 'l', ø: 'o', đ: 'd', ð: 'd', ħ: 'h', ŧ: 't', æ: 'ae', œ: 'oe', þ: 'th', '™': '™', '℠': '℠' }),
)
for (const apostrophe of '\u2018\u2019\u02bc\u02b9\u2032') lookalikes.set(apostrophe, "'")
for (const dash of '\u2010\u2011\u2012\u2013\u2014\u2015\u2212') lookalikes.set(dash, '-')
for (const quote of '\u201c\u201d\u201e\u201f\u2033') lookalikes.set(quote, '"')

function foldCharacters(text: string): FoldedText {
  const out = output(text.length)
  for (let i = 0; i < text.length; ) {
    const code = text.charCodeAt(i)
    const next = text.charCodeAt(i + 1)
    if (!(next >= 0xad && continuesCluster(text, i + 1)) && kindOf(code) === alone) {
      out.add(single[code]!, i, i + 1)
      i++
      continue
    }
    const end = clusterEnd(text, i)
    const folded = foldCluster(text.slice(i, end))
    for (let k = 0; k < folded.length; k++) out.add(folded.charCodeAt(k), i, end)
    i = end
  }
  return out.finish(text)
}

function clusterEnd(text: string, start: number): number {
  let end = start + (text.codePointAt(start)! > 0xffff ? 2 : 1)
  while (end < text.length && end - start < longestCluster && continuesCluster(text, end)) {
    end += text.codePointAt(end)! > 0xffff ? 2 : 1
  }
  return end
}

function continuesCluster(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  if (code >= 0xd800 && code <= 0xdbff) return continuation.test(String.fromCodePoint(text.codePointAt(index)!))
  return kindOf(code) === continues
}

function kindOf(code: number): number {
  return kinds[code] || learn(code)
}

function learn(code: number): number {
  const character = String.fromCharCode(code)
  const folded = foldCluster(character)
  const isSurrogate = code >= 0xd800 && code <= 0xdfff
  const kind = continuation.test(character) ? continues : folded.length === 1 && !isSurrogate ? alone : several
  kinds[code] = kind
  if (kind === alone) single[code] = folded.charCodeAt(0)
  return kind
}

function foldCluster(cluster: string): string {
  const known = clusters.get(cluster)
  if (known !== undefined) return known
  if (clusters.size >= mostRemembered) clusters.clear()
  const folded = foldAnew(cluster)
  clusters.set(cluster, folded)
  return folded
}

function foldAnew(cluster: string): string {
  const known = lookalikes.get(cluster)
  if (known !== undefined) return known
  const bare = cluster.normalize('NFKD').replace(dropped, '')
  // Through upper case, because only that brings ß and ss, ς and σ, ı and i together.
  const lower = bare.toLowerCase().toUpperCase().toLowerCase()
  return Array.from(lower, (character) => lookalikes.get(character) ?? character)
    .join('')
    .normalize('NFC')
}

/** Collects folded units; offsets are written down from the first one that moved. */
function output(length: number) {
  let units = new Uint16Array(length + 16)
  let starts: Uint32Array | undefined
  let ends: Uint32Array | undefined
  let count = 0

  const grow = (): void => {
    const size = units.length * 2
    units = copyOf(units, new Uint16Array(size))
    if (starts) starts = copyOf(starts, new Uint32Array(size))
    if (ends) ends = copyOf(ends, new Uint32Array(size))
  }
  const writeOffsets = (): void => {
    starts = Uint32Array.from({ length: units.length }, (_, i) => i)
    ends = Uint32Array.from({ length: units.length }, (_, i) => i + 1)
  }

  return {
    add(unit: number, start: number, end: number): void {
      if (count === units.length) grow()
      if (!starts && (start !== count || end !== count + 1)) writeOffsets()
      if (starts) {
        starts[count] = start
        ends![count] = end
      }
      units[count++] = unit
    },
    finish(text: string): FoldedText {
      const folded = Buffer.from(units.buffer, 0, count * 2).toString('utf16le')
      if (!starts && folded.length === text.length) return { text: folded }
      if (!starts) writeOffsets()
      return { text: folded, starts: starts!.subarray(0, count), ends: ends!.subarray(0, count) }
    },
  }
}

function copyOf<T extends Uint16Array | Uint32Array>(from: T, to: T): T {
  to.set(from)
  return to
}
