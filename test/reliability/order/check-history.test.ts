import { describe, expect, it } from 'vitest'
import { checkHistory } from './check-history.ts'
import type { AppendCall, ReadCall, Seen } from './history.ts'
import { recordHistory } from './history.ts'

const final: readonly Seen[] = ['a', 'b', 'c', 'd'].map((clientId, index) => ({ clientId, seq: index + 1 }))
const append = (clientId: string, invokedAt: number, endedAt: number, seq: number): AppendCall => ({
  clientId,
  invokedAt,
  endedAt,
  outcome: 'ok',
  seq,
})
const unanswered = (clientId: string, invokedAt: number): AppendCall => ({
  clientId,
  invokedAt,
  endedAt: Number.POSITIVE_INFINITY,
  outcome: 'unknown',
})
/** `b` and `c` overlap, `d` has no answer. */
const appends: readonly AppendCall[] = [
  append('a', 10, 20, 1),
  append('b', 30, 60, 2),
  append('c', 40, 50, 3),
  unanswered('d', 70),
]
const read = (invokedAt: number, endedAt: number, from: ReadCall['from'], seqs: readonly number[]): ReadCall => ({
  invokedAt,
  endedAt,
  from,
  limit: 2,
  items: seqs.map((seq) => final[seq - 1]!),
})
const reads: readonly ReadCall[] = [
  read(1, 5, 'newest', []),
  read(35, 45, 'newest', [1]),
  read(61, 75, { after: 1 }, [2, 3]),
  read(76, 80, 'newest', [3, 4]),
  read(81, 85, { after: 4 }, []),
]
const without = (clientId: string): readonly AppendCall[] => appends.filter((call) => call.clientId !== clientId)
const seen = (...clientIds: readonly string[]): readonly Seen[] =>
  clientIds.map((clientId, index) => ({ clientId, seq: index + 1 }))

describe('a history in which every promise was kept', () => {
  it('has no fault', () => expect(checkHistory({ appends, reads }, final)).toEqual([]))

  it('may or may not hold an append that got no answer', () => {
    expect(checkHistory({ appends, reads: reads.slice(0, 3) }, final.slice(0, 3))).toEqual([])
  })

  it('is written down in the order in which things happen', () => {
    const history = recordHistory()
    const [a, b] = [history.append('a'), history.append('b')]
    history.ok(b, 1)
    const invokedAt = history.now()
    history.read({ invokedAt, from: 'newest', limit: 5, items: seen('b') })
    history.ok(a, 2)
    history.fail(history.append('c'))
    expect(checkHistory(history, seen('b', 'a'))).toEqual([])
    expect(checkHistory(history, seen('a', 'b')).length).toBeGreaterThan(0)
  })
})

describe('the check bites on a history in which', () => {
  const forged: Readonly<Record<string, [string, readonly AppendCall[], readonly ReadCall[], readonly Seen[]]>> = {
    'an acknowledged message is gone': ['lost', [...appends, append('e', 90, 95, 5)], [], final],
    'the last acknowledged message is gone': ['lost', appends, [], final.slice(0, 2)],
    'a message is there twice': ['twice', [...appends, unanswered('e', 90)], [], seen('a', 'b', 'c', 'd', 'd')],
    'a message is there that nobody sent': ['invented', without('d'), [], final],
    'a place was left out': ['gap', appends, [], [...final.slice(0, 3), { clientId: 'd', seq: 5 }]],
    'a message is not where it was acknowledged': ['moved', appends, [], seen('a', 'c', 'b', 'd')],
    'a refused message is there': [
      'refused',
      [...without('d'), { ...unanswered('d', 70), outcome: 'fail' }],
      [],
      final,
    ],
    'a later append stands before one that was acknowledged': [
      'order',
      [append('a', 30, 40, 1), append('b', 10, 20, 2)],
      [],
      seen('a', 'b'),
    ],
    'an unanswered append stands before one that was acknowledged when it was sent': [
      'order',
      [unanswered('a', 30), append('b', 10, 20, 2)],
      [],
      seen('a', 'b'),
    ],
    'an append stands before one that somebody had read when it was sent': [
      'order',
      [append('a', 50, 60, 1), unanswered('b', 10)],
      [{ invokedAt: 20, endedAt: 40, from: { after: 1 }, limit: 2, items: [{ clientId: 'b', seq: 2 }] }],
      seen('a', 'b'),
    ],
    'a page has a hole': ['torn', appends, [read(61, 75, { after: 1 }, [2, 4])], final],
    'a page does not begin where it was asked to': ['torn', appends, [read(61, 75, { after: 1 }, [3])], final],
    'the newest page ends early at its beginning': ['torn', appends, [read(61, 75, 'newest', [4])], final],
    'a page saw another order': [
      'unstable',
      appends,
      [{ ...read(61, 75, 'newest', []), items: [final[0]!, { clientId: 'c', seq: 2 }] }],
      final,
    ],
    'a page holds what was sent after it': ['early', appends, [read(61, 65, 'newest', [3, 4])], final],
    'a page holds more than was asked for': ['too much', appends, [read(61, 75, 'newest', [1, 2, 3])], final],
    'the newest page misses an acknowledged message': ['stale', appends, [read(61, 65, 'newest', [1, 2])], final],
    'a page after a place misses an acknowledged message': ['stale', appends, [read(61, 65, { after: 1 }, [2])], final],
    'an empty page misses everything': ['stale', appends, [read(61, 65, 'newest', [])], final],
    'a page misses what an earlier one had': [
      'stale',
      appends,
      [read(71, 75, 'newest', [3, 4]), read(76, 80, 'newest', [2, 3])],
      final,
    ],
  }
  it.each(Object.entries(forged))('%s', (_, [fault, calls, pages, thread]) => {
    const faults = checkHistory({ appends: calls, reads: pages }, thread)
    expect(faults.join('\n')).toContain(fault)
  })
})
