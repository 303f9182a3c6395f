/** Numbers from 0 up to 1 that a seed determines. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const splinters = [
  ...[
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    ':',
    '!',
    '$',
    '@',
    '...',
    '"',
    '"""',
    '\\',
    '#',
    '|',
    '&',
    '=',
    ',',
    '\u0000',
    '\n',
  ],
  ...[
    'null',
    'true',
    '-0',
    '1e999',
    '9007199254740993',
    '-1',
    '""',
    '\\ud800',
    '\ud83d',
    '😀',
    '\u202e',
    '\ufeff',
    'é',
  ],
  ...['__proto__', 'constructor', '__typename', '__schema', 'fragment', 'on', 'query', 'mutation', 'subscription'],
  ...['@skip(if: true)', '@include(if: $x)', '...on Thread', 'id', '$x: ID', 'first: -1', 'after: "x"', '{"a":1}'],
]

/** A text with one to four wounds: cut, doubled, swapped, splintered. */
export function mutate(text: string, random: () => number): string {
  const upTo = (end: number): number => Math.floor(random() * end)
  let result = text
  for (let wounds = 1 + upTo(4); wounds > 0; wounds--) {
    const at = upTo(result.length + 1)
    const length = 1 + upTo(12)
    const [head, piece, tail] = [result.slice(0, at), result.slice(at, at + length), result.slice(at + length)]
    const splinter = splinters[upTo(splinters.length)]!
    result = [
      () => head + tail,
      () => head + piece + piece + tail,
      () => head + splinter + piece + tail,
      () => head + splinter + tail,
      () => head + Array.from(piece).reverse().join('') + tail,
      () => head,
      () => head + String.fromCharCode(upTo(0x250)) + piece.slice(1) + tail,
    ][upTo(7)]!()
  }
  return result
}
