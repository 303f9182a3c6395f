import { scan } from '../../store/scan.ts'
import type { Address } from '../../store/types.ts'
import type { Attachment } from '../attachments/attachments.types.ts'
import type { Actor } from '../kernel/actor.ts'
import { requireScope } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { at, names, outboxShards, threadStream } from '../kernel/names.ts'
import type { ThreadRecord, UserRecord } from '../kernel/records.ts'
import { asRecord } from '../kernel/records.ts'
import type { Ledger } from '../projections/ledger.ts'
import { createLedger } from '../projections/ledger.ts'
import { recountThread } from '../projections/recount-thread.ts'
import type { StatisticsProjection } from '../projections/statistics-projection.ts'
import type { ThreadTally } from '../projections/thread-tally.ts'
import type { Drift } from './stats.types.ts'

/**
 * `stats.reconcile`: counts everything anew and compares with what is stored. Threads that changed since they were counted are left out:
 * they are behind, not wrong. Sums are compared only when no thread is behind. To mend is to count anew, also what is behind or was lost.
 */
export function createReconcile(context: Context, projection: StatisticsProjection) {
  const { store } = context

  return async function reconcile(
    actor: Actor,
    options: { readonly repair?: boolean } = {},
  ): Promise<readonly Drift[]> {
    requireScope(actor, 'admin')
    const drifts: Drift[] = []
    const compare = (what: string, counted: number, stored: number): boolean => {
      if (counted !== stored) drifts.push({ what, counted, stored })
      return counted === stored
    }
    const right = { users: 0, threads: 0, messages: 0, bytes: 0 }
    const days = new Map<string, number>()
    const authors = new Map<string, number>()
    let behind = false
    for await (const entry of scan(store, names.threads)) {
      const { id } = asRecord<ThreadRecord>(entry.value)
      const recount = await recountThread(context, id)
      if (!recount) continue
      const { tally } = recount
      const [stored] = await store.get([at(names.statsStreams, threadStream(id))])
      const known = stored && asRecord<ThreadTally>(stored.value)
      const current = known?.eventSeq === tally.eventSeq
      const fits =
        current &&
        [
          compare(`thread ${id}: messages`, tally.messages, known.messages),
          compare(`thread ${id}: length`, tally.length, known.length),
          compare(`thread ${id}: bytes`, tally.bytes, known.bytes),
        ].every(Boolean)
      if (!fits && options.repair) await projection.recount(id)
      else if (!current) behind = true
      if (!tally.shown) continue
      right.threads++
      right.messages += tally.messages
      right.bytes += tally.bytes
      addAll(days, recount.days)
      addAll(authors, recount.authors)
    }
    if (behind) return drifts
    for await (const entry of scan(store, names.users))
      if (asRecord<UserRecord>(entry.value).deletedAt === undefined) right.users++
    for await (const entry of scan(store, names.attachments)) {
      const attachment = asRecord<Attachment>(entry.value)
      if (attachment.state === 'ready') right.bytes += attachment.size ?? 0
    }
    const ledger = createLedger()
    const mend = (what: string, counted: number, stored: number, part: Address, field: string): void => {
      if (!compare(what, counted, stored)) ledger.add(part, field, counted - stored)
    }
    const stored = await storedSums([...authors.keys()])
    for (const field of ['users', 'threads', 'messages', 'bytes'] as const)
      mend(`system: ${field}`, right[field], stored.sums.get(field) ?? 0, at(names.statsSystem, part), field)
    for (const day of new Set([...days.keys(), ...stored.days.keys()]))
      mend(`day ${day}`, days.get(day) ?? 0, stored.days.get(day) ?? 0, at(names.statsDays, `${day}/${part}`), 'count')
    for (const [author, count] of authors)
      mend(`author ${author}`, count, stored.authors.get(author) ?? 0, at(names.statsAuthoredBy(author), part), 'count')
    if (options.repair) await write(ledger)
    return drifts
  }

  async function storedSums(authors: readonly string[]) {
    const sums = new Map<string, number>()
    const days = new Map<string, number>()
    for await (const { value } of scan(store, names.statsSystem))
      addAll(sums, Object.entries(value) as [string, number][])
    for await (const { key, value } of scan(store, names.statsDays))
      addAll(days, [[key.slice(0, 10), value['count'] as number]])
    const parts = await store.get(
      authors.flatMap((author) =>
        Array.from({ length: outboxShards }, (_, shard) => at(names.statsAuthoredBy(author), String(shard))),
      ),
    )
    const authored = new Map<string, number>()
    authors.forEach((author, i) => {
      const own = parts.slice(i * outboxShards, (i + 1) * outboxShards)
      addAll(
        authored,
        own.map((entry) => [author, (entry?.value['count'] as number | undefined) ?? 0]),
      )
    })
    return { sums, days, authors: authored }
  }

  /** Moves one part of each sum by what the sum is off. */
  async function write(ledger: Ledger): Promise<void> {
    for (;;) {
      const changes = await ledger.changes(context)
      if (changes.length === 0 || (await store.commit(changes)).ok) return
    }
  }
}

/** The part of a sum that takes what is mended: which one does not matter. */
const part = '0'

function addAll(sums: Map<string, number>, more: Iterable<readonly [string, number]>): void {
  for (const [name, count] of more) sums.set(name, (sums.get(name) ?? 0) + count)
}
