import type { Address, Entry } from '../../store/types.ts'
import { at, names, seqKey, token } from './names.ts'
import type { MessageRecord } from './records.ts'
import { asRecord } from './records.ts'

const namedPlace = /\.([1-9a-z][0-9a-z]{0,6})$/

/** The id of a new message: it names its place in the thread, so that no index has to. */
export function idAtPlace(base: string, seq: number): string {
  return `${base}.${seq.toString(36)}`
}

/** The `seq` that an id names. Anybody may choose such an id, and copies may stand elsewhere: only the record that stands there proves it. */
export function placeNamedBy(id: string): number | undefined {
  const named = namedPlace.exec(id)
  return named ? Number.parseInt(named[1]!, 36) : undefined
}

/** Where the place of a message is kept whose id does not name it; undefined for one whose id does. */
export function placeRecordAt(threadId: string, { id, seq }: Pick<MessageRecord, 'id' | 'seq'>): Address | undefined {
  return placeNamedBy(id) === seq ? undefined : at(names.messageIds(threadId), token(id))
}

/** The messages of a thread that have these ids, undefined where there is none: in one read, or two for ids that do not name their places. */
export async function findMessages(
  read: (at: readonly Address[]) => Promise<readonly (Entry | undefined)[]>,
  threadId: string,
  ids: readonly string[],
): Promise<readonly (Entry | undefined)[]> {
  const messageAt = (seq: number): Address => at(names.messages(threadId), seqKey(seq))
  // Nothing stands at place 0.
  const first = await read(
    ids.flatMap((id) => [messageAt(placeNamedBy(id) ?? 0), at(names.messageIds(threadId), token(id))]),
  )
  const found = ids.map((id, i) => {
    const entry = first[2 * i]
    return entry && asRecord<MessageRecord>(entry.value).id === id ? entry : undefined
  })
  const elsewhere = ids.flatMap((_, i) => {
    const place = found[i] ? undefined : first[2 * i + 1]
    return place ? [{ i, seq: place.value['seq'] as number }] : []
  })
  if (elsewhere.length === 0) return found
  const second = await read(elsewhere.map(({ seq }) => messageAt(seq)))
  elsewhere.forEach(({ i }, n) => {
    found[i] = second[n]
  })
  return found
}
