import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Threadkeep } from '@threadkeep/core'
import { createThreadkeep } from '@threadkeep/core'
import { sqliteSearchIndex, sqliteStore } from '@threadkeep/store-sqlite'
import { always, owner } from '../crash/threads.ts'
import { verifySettled, verifyThread } from '../crash/verify-threads.ts'
import type { History } from '../order/history.ts'
import { recordHistory } from '../order/history.ts'
import { listenToAppends } from '../order/told-lines.ts'
import type { Random } from '../simulation/random.ts'
import { seeded } from '../simulation/random.ts'
import { emptyDisk } from './disk.ts'
import type { Recording } from './record.ts'

/** What was asked of the files. */
export interface CutOptions {
  readonly seed: number
  readonly cuts: number
  /** Default: acknowledged appends have to be there. With `false`, only what is there has to be sound. */
  readonly acknowledgedSurvive?: boolean
}

/** What opening the files after power cuts came to. */
export interface CutReport {
  readonly images: number
  /** Acknowledged appends before the last cut. */
  readonly acknowledged: number
  /** One line for each image that broke a promise. */
  readonly broken: readonly string[]
}

/** Of each cut: only what was synced, and some of the rest, twice. */
const survivals = (random: Random) => ['none', random, random] as const

/**
 * Cuts the power at so many moments of a recording, half of them right after an acknowledgement, and opens what is left: with only what
 * was synced, and with random parts of the rest.
 */
export async function cutPower(recording: Recording, options: CutOptions): Promise<CutReport> {
  const random = seeded(options.seed)
  const cuts = chooseCuts(recording, options.cuts, random)
  const disk = emptyDisk(recording.directory)
  const told = listenToAppends()
  const broken: string[] = []
  let images = 0
  for (const [index, deed] of recording.deeds.entries()) {
    disk.apply(deed)
    if (deed.type === 'tell' && (deed.line.startsWith('?') || options.acknowledgedSurvive !== false))
      told.hear(deed.line)
    if (!cuts.has(index)) continue
    const history = told.histories.get(always) ?? recordHistory()
    for (const survival of survivals(random)) {
      images++
      const image = disk.afterPowerCut(survival)
      const problem = await problemOf(image, recording, history)
      if (problem !== undefined)
        broken.push(
          `seed ${options.seed}, cut ${index}, ${survival === 'none' ? 'synced only' : 'and some'}: ${problem}`,
        )
    }
  }
  const appends = told.histories.get(always)?.appends ?? []
  return { images, acknowledged: appends.filter(({ outcome }) => outcome === 'ok').length, broken }
}

function chooseCuts({ deeds }: Recording, count: number, random: Random): ReadonlySet<number> {
  const acknowledgements = deeds.flatMap((deed, index) =>
    deed.type === 'tell' && deed.line.startsWith('=') ? [index] : [],
  )
  const cuts = new Set<number>()
  while (cuts.size < count) cuts.add(cuts.size % 2 === 0 ? random.pick(acknowledgements) : random.below(deeds.length))
  return cuts
}

/** Opens the files as the next process would; answers what is wrong with them. */
async function problemOf(
  image: ReadonlyMap<string, Buffer>,
  recording: Recording,
  history: History,
): Promise<string | undefined> {
  const directory = `${recording.directory}.image`
  mkdirSync(directory)
  try {
    for (const [path, content] of image) writeFileSync(join(directory, basename(path)), content)
    const [path, searchPath] = [recording.path, recording.searchPath].map((of) => join(directory, basename(of)))
    for (const file of new Set([path!, searchPath!])) assertWhole(file)
    await using store = await sqliteStore({ path: path! })
    await using search = await sqliteSearchIndex({ path: searchPath! })
    await using threadkeep = createThreadkeep({ store, search, projector: 'manual' })
    await verifyThread(store, threadkeep, always, history)
    await verifySettled(store, threadkeep)
    await verifySearch(threadkeep)
    return undefined
  } catch (error) {
    return (error as Error).message
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function assertWhole(path: string): void {
  const db = new DatabaseSync(path)
  try {
    assert.deepEqual({ ...db.prepare('pragma integrity_check').get() }, { integrity_check: 'ok' }, path)
  } finally {
    db.close()
  }
}

/** Throws unless search finds exactly the messages that are there. */
async function verifySearch({ messages, search, threads }: Threadkeep): Promise<void> {
  const [{ items }, found] = [await threads.list(owner), new Set<string>()]
  if (items.length === 0) return
  let after: string | undefined
  do {
    const answer = await search.messages(owner, { query: 'word', limit: 100, ...(after !== undefined && { after }) })
    for (const { message } of answer.results) found.add(message.id)
    after = answer.nextCursor
  } while (after !== undefined)
  const there = new Set<string>()
  for await (const batch of messages.stream(owner, always)) for (const { id } of batch) there.add(id)
  assert.deepEqual([...found].sort(), [...there].sort(), 'search finds what is there')
}
