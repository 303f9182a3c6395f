/** What a character is to search. */
export type CharacterClass = typeof separator | typeof letter | typeof ideograph

/** Stands between words. */
export const separator = 1
/** Makes a word together with its neighbours: letters and digits of scripts that put spaces between words. */
export const letter = 2
/**
 * Belongs to a script that is written without spaces, or glues endings to words (Chinese, Japanese, Korean, Thai, …), or is
 * an emoji: any part of a run of these can be found.
 */
export const ideograph = 3

const ideographs =
  /^(?:[[\p{L}\p{M}\p{N}]&&[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Bopo}\p{scx=Yiii}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}\p{scx=Tibt}]]|\p{Extended_Pictographic}|\p{Regional_Indicator})$/v
const letters = /^[\p{L}\p{M}\p{N}]$/u

const basic = new Uint8Array(0x10000)
for (let code = 0; code < 0x80; code++) basic[code] = /[a-z0-9]/i.test(String.fromCharCode(code)) ? letter : separator

/** The class of the character that starts at `index`; `separator` beyond either end of the text. */
export function classAt(text: string, index: number): CharacterClass {
  const code = text.charCodeAt(index)
  // NaN beyond the ends fails both comparisons.
  if (code < 0x80) return basic[code] as CharacterClass
  if (!(code >= 0x80)) return separator
  if (code < 0xd800 || code > 0xdfff) return (basic[code] || remember(code)) as CharacterClass
  return classify(text.codePointAt(index)!)
}

/** The class of the character that ends before `index`. */
export function classBefore(text: string, index: number): CharacterClass {
  const code = text.charCodeAt(index - 1)
  const isLow = code >= 0xdc00 && code <= 0xdfff
  return classAt(text, isLow ? index - 2 : index - 1)
}

/** How many UTF-16 units the character at `index` takes. */
export function unitsAt(text: string, index: number): 1 | 2 {
  const code = text.charCodeAt(index)
  return code >= 0xd800 && code <= 0xdbff && text.codePointAt(index)! > 0xffff ? 2 : 1
}

function remember(code: number): CharacterClass {
  const found = classify(code)
  basic[code] = found
  return found
}

function classify(codePoint: number): CharacterClass {
  const character = String.fromCodePoint(codePoint)
  if (ideographs.test(character)) return ideograph
  return letters.test(character) ? letter : separator
}
