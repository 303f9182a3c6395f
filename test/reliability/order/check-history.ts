import type { AppendCall, History, ReadCall, Seen } from './history.ts'

/**
 * Compares what was seen from outside with the thread as it is in the end, and names every promise that was broken. An empty answer means:
 * the thread is gapless; acknowledged appends stand once, where they were said to; unknown ones at most once, refused ones nowhere; what
 * was over before something else began stands before it; and each read was a stretch of this order with everything known before it.
 */
export function checkHistory(history: History, final: readonly Seen[]): readonly string[] {
  const calls = new Map(history.appends.map((call) => [call.clientId, call]))
  return [
    ...checkPlaces(final, calls),
    ...checkOutcomes(history.appends, final),
    ...checkOrder(history, final, calls),
    ...history.reads.flatMap((read) => checkRead(read, final, calls)),
    ...checkFreshness(history),
  ]
}

/** The thread holds 1, 2, 3 …, each message once, and nothing that nobody sent. */
function checkPlaces(final: readonly Seen[], calls: ReadonlyMap<string, AppendCall>): string[] {
  const faults: string[] = []
  const places = new Map<string, number>()
  for (const [index, { seq, clientId }] of final.entries()) {
    if (seq !== index + 1) faults.push(`gap: place ${index + 1} of the thread holds seq ${seq}`)
    const other = places.get(clientId)
    if (other !== undefined) faults.push(`twice: ${clientId} is at ${other} and at ${seq}`)
    places.set(clientId, seq)
    if (!calls.has(clientId)) faults.push(`invented: nobody sent ${clientId}`)
  }
  return faults
}

function checkOutcomes(appends: readonly AppendCall[], final: readonly Seen[]): string[] {
  const places = new Map(final.map(({ clientId, seq }) => [clientId, seq]))
  return appends.flatMap(({ clientId, outcome, seq }) => {
    const place = places.get(clientId)
    if (outcome === 'ok' && place === undefined) return [`lost: ${clientId} was acknowledged at ${seq}`]
    if (outcome === 'ok' && place !== seq) return [`moved: ${clientId} was acknowledged at ${seq} and is at ${place}`]
    if (outcome === 'fail' && place !== undefined) return [`refused: ${clientId} was refused and is at ${place}`]
    return []
  })
}

/** No message stands before one that somebody knew of, by acknowledgement or by reading, when it was first sent. */
function checkOrder({ reads }: History, final: readonly Seen[], calls: ReadonlyMap<string, AppendCall>): string[] {
  const knownAt = new Map<number, number>()
  const learn = (seq: number, moment: number): void => {
    knownAt.set(seq, Math.min(knownAt.get(seq) ?? Number.POSITIVE_INFINITY, moment))
  }
  for (const { outcome, seq, endedAt } of calls.values()) if (outcome === 'ok') learn(seq!, endedAt)
  for (const { items, endedAt } of reads) for (const { seq } of items) learn(seq, endedAt)
  const faults: string[] = []
  let [earliest, known] = [Number.POSITIVE_INFINITY, 0]
  for (const { seq, clientId } of final.toReversed()) {
    if ((calls.get(clientId)?.invokedAt ?? 0) > earliest)
      faults.push(`order: ${clientId} stands at ${seq}, but was sent when ${known} was known already`)
    const moment = knownAt.get(seq) ?? Number.POSITIVE_INFINITY
    if (moment < earliest) [earliest, known] = [moment, seq]
  }
  return faults
}

/** A read is the stretch of the final order that was asked for, holding nothing that was sent only after it had been answered. */
function checkRead(
  { from, limit, items, endedAt }: ReadCall,
  final: readonly Seen[],
  calls: ReadonlyMap<string, AppendCall>,
): string[] {
  const what = `read that ended at ${endedAt}`
  const faults: string[] = []
  if (items.length > limit) faults.push(`too much: the ${what} asked for ${limit} and got ${items.length}`)
  for (const [index, { seq, clientId }] of items.entries()) {
    if (index > 0 && seq !== items[index - 1]!.seq + 1) faults.push(`torn: the ${what} holds a hole before ${seq}`)
    if (final[seq - 1]?.clientId !== clientId) faults.push(`unstable: the ${what} saw ${clientId} at ${seq}`)
    if ((calls.get(clientId)?.invokedAt ?? 0) > endedAt) faults.push(`early: the ${what} saw ${clientId} too soon`)
  }
  const first = items[0]?.seq
  if (from !== 'newest' && first !== undefined && first !== from.after + 1)
    faults.push(`torn: the ${what} began at ${first}, not after ${from.after}`)
  if (from === 'newest' && first !== undefined && first > 1 && items.length < limit)
    faults.push(`torn: the ${what} has no beginning`)
  return faults
}

/** Whatever was acknowledged or seen before a read began, and lies in what it asked for, is in it. */
function checkFreshness({ appends, reads }: History): string[] {
  const news = [
    ...appends.flatMap(({ outcome, seq, endedAt }) => (outcome === 'ok' ? [{ moment: endedAt, seq: seq! }] : [])),
    ...reads.flatMap(({ items, endedAt }) => (items.length > 0 ? [{ moment: endedAt, seq: items.at(-1)!.seq }] : [])),
  ].sort((a, b) => a.moment - b.moment)
  const faults: string[] = []
  let [next, newest] = [0, 0]
  for (const { invokedAt, endedAt, from, limit, items } of reads.toSorted((a, b) => a.invokedAt - b.invokedAt)) {
    for (; news[next] !== undefined && news[next]!.moment < invokedAt; next++)
      newest = Math.max(newest, news[next]!.seq)
    const reached = items.at(-1)?.seq ?? (from === 'newest' ? 0 : from.after)
    const due = from === 'newest' ? newest : Math.min(newest, from.after + limit)
    if (reached < due) faults.push(`stale: the read that ended at ${endedAt} reached ${reached}, not ${due}`)
  }
  return faults
}
