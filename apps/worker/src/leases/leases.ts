import { at, names } from '@threadkeep/core'
import type { Clock, Entry, Store } from '@threadkeep/core/store'

/** What leases are about. */
export interface LeaseOptions {
  /** Where those who share the work meet. */
  readonly store: Store
  readonly clock: Clock
  /** The work that is shared. */
  readonly work: string
  /** Into how many parts. */
  readonly parts: number
  /** This process among all. */
  readonly holder: string
  /** Milliseconds after which the parts of a process that died are free. Default 10,000. */
  readonly life?: number
}

/**
 * Parts of a work, shared fairly among the processes that show themselves. A part has one holder as long as clocks run alike and a holder
 * that is cut off notices in time; the work must bear two for a moment.
 */
export interface Leases {
  /** Renews, takes what is free and gives up what is too much. Answers the parts held now. */
  renew(): Promise<ReadonlySet<number>>
  /** Gives everything up at once, for the others to take. */
  release(): Promise<void>
}

/** The leases of a process on a work. Nothing is held before the first `renew`. */
export function createLeases({ store, clock, work, parts, holder, life = 10_000 }: LeaseOptions): Leases {
  const presence = at(names.leases, `${work}/holder/${holder}`)
  const all = Array.from({ length: parts }, (_, part) => part)
  const partAt = (part: number) => at(names.leases, `${work}/part/${part}`)

  /** Writes or removes a part exactly as it was read: false when somebody else was faster. */
  async function set(part: number, was: Entry | undefined, mine: boolean): Promise<boolean> {
    const address = partAt(part)
    const done = await store.commit([
      { type: 'check', at: address, version: was?.version ?? null },
      mine
        ? { type: 'put', at: address, value: { holder }, expiresAt: clock.now() + life }
        : { type: 'delete', at: address },
    ])
    return done.ok
  }

  async function renew(): Promise<ReadonlySet<number>> {
    await store.commit([{ type: 'put', at: presence, value: {}, expiresAt: clock.now() + life }])
    const [holders, entries] = await Promise.all([
      store.list(names.leases, { prefix: `${work}/holder/`, limit: 1_000 }),
      store.get(all.map(partAt)),
    ])
    const fair = Math.ceil(parts / Math.max(1, holders.length))
    const mine = all.filter((part) => entries[part]?.value['holder'] === holder)
    const free = all.filter((part) => entries[part] === undefined)
    const wanted = [...mine, ...free].slice(0, fair)
    const kept = await Promise.all(wanted.map((part) => set(part, entries[part], true)))
    const held = new Set(wanted.filter((_, i) => kept[i]))
    await Promise.all(mine.slice(fair).map((part) => set(part, entries[part], false)))
    return held
  }

  return {
    renew,
    async release() {
      const entries = await store.get(all.map(partAt))
      const mine = all.filter((part) => entries[part]?.value['holder'] === holder)
      await Promise.all(mine.map((part) => set(part, entries[part], false)))
      await store.commit([{ type: 'delete', at: presence }])
    },
  }
}
