import { join } from 'node:path'
import type { Actor, ManualClock, Threadkeep } from '@threadkeep/core'
import { createThreadkeep } from '@threadkeep/core'
import { sqliteSearchIndex, sqliteStore } from '@threadkeep/store-sqlite'

/** The desk: its conversations, its clock, and where it says what it does. */
export interface Desk {
  readonly chat: Threadkeep
  /** Time passes only when it is told to: the example lives through weeks in a second. */
  readonly clock: ManualClock
  /** Where its files are. */
  readonly directory: string
  print(line: string): void
  close(): Promise<void>
}

/** The desk itself, as whoever runs it: may do everything. */
export const operator: Actor = { userId: 'operator', scopes: ['admin'] }

/** Looks into everyone's conversations and counts, and changes nothing. */
export const supervisor: Actor = { userId: 'supervisor', scopes: ['search:any', 'stats:system'] }

export const alice: Actor = { userId: 'alice' }

/** Opens the desk in `directory`: one SQLite file with conversations and search. `close` closes all of it. */
export async function openDesk(options: Pick<Desk, 'clock' | 'directory' | 'print'>): Promise<Desk> {
  const { clock, directory, print } = options
  const path = join(directory, 'support-desk.db')
  const store = await sqliteStore({ path, clock })
  const search = await sqliteSearchIndex({ path, clock })
  const chat = createThreadkeep({ store, search, clock })
  async function close() {
    await chat.close()
    await search.close()
    await store.close()
  }
  return { chat, clock, directory, print, close }
}
