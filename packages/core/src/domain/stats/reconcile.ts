import { scan } from '../../store/scan.ts'
import type { JsonObject } from '../../store/types.ts'
import type { Attachment } from '../attachments/attachments.types.ts'
import type { Actor } from '../kernel/actor.ts'
import { requireScope } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { at, names, outboxShards, shardOf, threadStream } from '../kernel/names.ts'
import type { ThreadRecord, UserRecord } from '../kernel/records.ts'
import { asRecord } from '../kernel/records.ts'
import { recountThread } from '../projections/recount-thread.ts'
import type { StatisticsProjection } from '../projections/statistics-projection.ts'
import type { ThreadTally } from '../projections/thread-tally.ts'
import type { Drift } from './stats.types.ts'

/**
 * `stats.reconcile`: counts everything anew and compares with what is stored. Threads that changed since they were counted are left out:
 * they are behind, not wrong. Sums are compared only when no thread is behind.
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
    let behind = false
    for await (const entry of scan(store, names.threads)) {
      const { id } = asRecord<ThreadRecord>(entry.value)
      const recount = await recountThread(context, id)
      if (!recount) continue
      const { tally } = recount
      const [stored] = await store.get([at(names.statsStreams, threadStream(id))])
      const known = stored && asRecord<ThreadTally>(stored.value)
      if (known?.eventSeq !== tally.eventSeq) {
        behind = true
        continue
      }
      const fits = [
        compare(`thread ${id}: messages`, tally.messages, known.messages),
        compare(`thread ${id}: length`, tally.length, known.length),
        compare(`thread ${id}: bytes`, tally.bytes, known.bytes),
      ].every(Boolean)
      if (!fits && options.repair) await projection.recount(id)
      if (!tally.shown) continue
      right.threads++
      right.messages += tally.messages
      right.bytes += tally.bytes
      for (const [day, count] of recount.days) days.set(day, (days.get(day) ?? 0) + count)
    }
    for await (const entry of scan(store, names.users))
      if (asRecord<UserRecord>(entry.value).deletedAt === undefined) right.users++
    for await (const entry of scan(store, names.attachments)) {
      const attachment = asRecord<Attachment>(entry.value)
      if (attachment.state === 'ready') right.bytes += attachment.size ?? 0
    }
    if (behind) return drifts
    const stored = await storedSums()
    let sumsFit = true
    for (const field of ['users', 'threads', 'messages', 'bytes'] as const)
      sumsFit = compare(`system: ${field}`, right[field], stored.sums[field] ?? 0) && sumsFit
    for (const day of new Set([...days.keys(), ...stored.days.keys()]))
      compare(`day ${day}`, days.get(day) ?? 0, stored.days.get(day) ?? 0)
    if (!sumsFit && options.repair) await repairSums(right, stored.sums)
    return drifts
  }

  async function storedSums() {
    const sums: Record<string, number> = {}
    const days = new Map<string, number>()
    for await (const { value } of scan(store, names.statsSystem))
      for (const [field, count] of Object.entries(value)) sums[field] = (sums[field] ?? 0) + (count as number)
    for await (const { key, value } of scan(store, names.statsDays)) {
      const day = key.slice(0, 10)
      days.set(day, (days.get(day) ?? 0) + (value['count'] as number))
    }
    return { sums, days }
  }

  /** Moves the first shard's part by what the sums are off. */
  async function repairSums(right: Record<string, number>, sums: Record<string, number>): Promise<void> {
    const address = at(names.statsSystem, String(shardOf('') % outboxShards))
    for (;;) {
      const [entry] = await store.get([address])
      const value: Record<string, number> = { ...(entry?.value as Record<string, number> | undefined) }
      for (const field of Object.keys(right)) value[field] = (value[field] ?? 0) + right[field]! - (sums[field] ?? 0)
      const done = await store.commit([
        { type: 'check', at: address, version: entry?.version ?? null },
        { type: 'put', at: address, value: value as JsonObject },
      ])
      if (done.ok) return
    }
  }
}
