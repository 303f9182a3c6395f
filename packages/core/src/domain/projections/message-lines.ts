import { oneDay } from '../../store/clock.ts'
import type { MessageFacts } from '../events/event.ts'
import { at, names, shardOf, token } from '../kernel/names.ts'
import type { Ledger, Line } from './ledger.ts'
import { addTo } from './ledger.ts'
import type { ThreadTally } from './thread-tally.ts'
import { dayOf, tallyMessage } from './thread-tally.ts'

/**
 * Counts a message in (`sign` 1) or out (-1) wherever it counts: of its thread's parts always, of the sums while the thread is shown.
 * Answers the thread's tally after it.
 */
export type CountMessage = (tally: ThreadTally, facts: MessageFacts, sign: 1 | -1, atEnd: boolean) => ThreadTally

/** Where the messages of one author, day and thread are counted. */
interface MessageLines {
  readonly stream: string
  readonly authorId: string
  readonly from: number
  readonly parts: readonly Line[]
  readonly sums: readonly Line[]
  readonly system: Line
}

/** Counts on a ledger. Most messages follow one of the same author, day and thread, whose lines are at hand. */
export function countMessages(ledger: Ledger): CountMessage {
  let last: MessageLines | undefined

  const linesOf = ({ stream, threadId }: ThreadTally, { createdAt, authorId }: MessageFacts): MessageLines => {
    if (
      last?.stream === stream &&
      last.authorId === authorId &&
      createdAt >= last.from &&
      createdAt < last.from + oneDay
    )
      return last
    const [day, author, shard] = [dayOf(createdAt), token(authorId), String(shardOf(stream))]
    last = {
      stream,
      authorId,
      from: Math.floor(createdAt / oneDay) * oneDay,
      parts: [
        ledger.line(at(names.statsThreadDays(threadId!), day)),
        ledger.line(at(names.statsThreadAuthors(threadId!), author)),
      ],
      sums: [
        ledger.line(at(names.statsAuthoredBy(author), shard)),
        ledger.line(at(names.statsDays, `${day}/${shard}`)),
      ],
      system: ledger.line(at(names.statsSystem, shard)),
    }
    return last
  }

  return (tally, facts, sign, atEnd) => {
    const { parts, sums, system } = linesOf(tally, facts)
    for (const line of parts) addTo(line, 'count', sign)
    if (tally.shown) {
      for (const line of sums) addTo(line, 'count', sign)
      addTo(system, 'messages', sign)
      addTo(system, 'bytes', sign * facts.bytes)
    }
    return tallyMessage(tally, facts, sign, atEnd)
  }
}
