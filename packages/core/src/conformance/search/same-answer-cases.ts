import type { SearchChange, SearchIndex, SearchQuery } from '../../ports/search-index.ts'
import { memorySearchIndex } from '../../search/memory-search-index.ts'
import type { Clock } from '../../store/clock.ts'
import { same } from '../expect.ts'
import type { SearchCase } from './search-case.ts'
import { doc, longAgo, searchCase } from './search-case.ts'

type Random = (below: number) => number

const words = [
  ...[
    'red',
    'reds',
    'Red',
    'réd',
    'redo',
    'blue',
    'BLUE',
    'green',
    'a',
    'an',
    'ant',
    'the',
    'c++',
    'C',
    'c#',
    '.net',
    '@ann',
  ],
  ...[
    'order-1',
    'order',
    '1',
    'order_12',
    'x@y.z',
    'x',
    'y',
    'v1.2',
    'ﬁnd',
    'find',
    'straße',
    'STRASSE',
    'İx',
    'ix',
    '①',
    'e\u0301t',
  ],
  ...[
    '東京',
    '東京都',
    '京都',
    '都',
    'メール',
    'ｶﾞ',
    'ガ',
    'か',
    '서울',
    '서울에',
    'สวัสดี',
    'ดี',
    '👍',
    '👍🏽',
    '🎉',
    '🇩🇪',
    '👩‍💻',
  ],
  ...[
    'x'.repeat(63),
    'x'.repeat(64),
    'x'.repeat(70),
    "don't",
    'don’t',
    'a+++',
    'a++++',
    '#1',
    '..a',
    'a\u200bb',
    'कि',
    'क',
    '\u{10400}q',
  ],
]
const joints = [' ', ' ', ' ', '', ', ', '-', '. ', '\n', '"', ' "', ' + ', '  -- ', '、']

/** The same numbers for the same seed, on every machine. */
function randomOf(seed: number): Random {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const pick = <T>(random: Random, list: readonly T[]): T => list[random(list.length)]!

function phrase(random: Random, most: number): string {
  const parts = Array.from({ length: 1 + random(most) }, () => pick(random, words) + pick(random, joints))
  return random(4) === 0 ? parts.join('') : parts.join('').trimEnd()
}

function change(random: Random, now: number): SearchChange {
  const threadId = `t${random(6)}`
  const messageId = `m${random(60)}`
  const kind = random(20)
  if (kind === 0) return { type: 'deleteThread', threadId }
  if (kind < 4) return { type: 'delete', threadId, messageId }
  const expiry = random(8) === 0 ? { expiresAt: now + random(5) } : {}
  const rest = {
    threadId,
    seq: random(100),
    authorId: `u${random(4)}`,
    role: pick(random, ['user', 'assistant', 'tool']),
  }
  const createdAt = longAgo + random(40) * pick(random, [1, 100, 1_000, 86_400_000])
  const document = doc(messageId, phrase(random, 8), {
    ...rest,
    createdAt,
    kind: pick(random, ['message', 'task']),
    ...expiry,
  })
  return { type: 'put', document }
}

function question(random: Random): SearchQuery {
  const some = <T>(make: () => T): T | undefined => (random(4) === 0 ? make() : undefined)
  const filters = {
    threadIds: some(() => [`t${random(6)}`, `t${random(8)}`]),
    authorIds: some(() => [`u${random(5)}`]),
    roles: some(() => ['user', 'tool']),
    kinds: some(() => ['task']),
    from: some(() => longAgo + random(30_000)),
    to: some(() => longAgo + random(30) * 86_400_000),
    minScore: some(() => random(10) / 10),
  }
  const given = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined))
  return { text: phrase(random, 3), limit: 1 + random(30), ...given }
}

async function compare(
  index: SearchIndex,
  clock: Clock & { advance(millis: number): number },
  seed: number,
): Promise<void> {
  const random = randomOf(seed)
  const model = memorySearchIndex({ clock })
  for (let round = 0; round < 4; round++) {
    const changes = Array.from({ length: 120 }, () => change(random, clock.now()))
    await model.apply(changes)
    await index.apply(changes)
    for (let n = 0; n < 40; n++) {
      const query = question(random)
      const expected = await model.query(query)
      const claim = `seed ${seed}, round ${round}: ${JSON.stringify(query)}`
      same(await index.query(query), expected, claim)
      const after = expected.at(random(expected.length))
      if (after)
        same(await index.query({ ...query, after }), await model.query({ ...query, after }), `${claim} after a hit`)
    }
    clock.advance(2)
  }
}

/** Every index answers as the memory index does: hits, order, scores, marks and pages. */
export const sameAnswerCases: readonly SearchCase[] = [1, 2, 3].map((seed) =>
  searchCase(`random documents and questions are answered as memory answers them (seed ${seed})`, (index, clock) =>
    compare(index, clock, seed),
  ),
)
