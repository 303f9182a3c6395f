import type { Random } from '../simulation/random.ts'
import type { Deed } from './recording.ts'

/** What a power cut leaves of the deeds that were not synced. */
export type Survival = 'none' | 'all' | Random

/**
 * A directory on a disk that keeps only what it was made to sync. Content survives once its file was synced; that a file exists, or does
 * not any more, once the directory was.
 */
export interface Disk {
  apply(deed: Deed): void
  /** The files that are there after a power cut at this moment. */
  afterPowerCut(survival: Survival): ReadonlyMap<string, Buffer>
}

type Change = { readonly at: number; readonly data: Buffer } | { readonly size: number }

interface File {
  content: Buffer
  unsynced: Change[]
}

interface Naming {
  readonly path: string
  /** Undefined: the name is gone. */
  readonly file: File | undefined
}

const sector = 512

/** An empty directory. */
export function emptyDisk(directory: string): Disk {
  const files = new Map<number, File | 'directory'>()
  const names = new Map<string, File>()
  const syncedNames = new Map<string, File>()
  let unsyncedNames: Naming[] = []

  const fileOf = (fd: number): File => {
    const file = files.get(fd)
    if (file === undefined || file === 'directory') throw new Error(`The recording writes to ${fd}, which is no file.`)
    return file
  }
  const rename = (naming: Naming): void => {
    setName(names, naming)
    unsyncedNames.push(naming)
  }

  return {
    apply(deed) {
      if (deed.type === 'open') {
        if (deed.path === directory) {
          files.set(deed.fd, 'directory')
          return
        }
        if (!names.has(deed.path)) rename({ path: deed.path, file: { content: Buffer.alloc(0), unsynced: [] } })
        files.set(deed.fd, names.get(deed.path)!)
        if (deed.truncate) fileOf(deed.fd).unsynced.push({ size: 0 })
      } else if (deed.type === 'write') fileOf(deed.fd).unsynced.push({ at: deed.at, data: deed.data })
      else if (deed.type === 'resize') fileOf(deed.fd).unsynced.push({ size: deed.size })
      else if (deed.type === 'unlink') rename({ path: deed.path, file: undefined })
      else if (deed.type === 'sync') {
        if (files.get(deed.fd) === 'directory') {
          for (const naming of unsyncedNames) setName(syncedNames, naming)
          unsyncedNames = []
          return
        }
        const file = fileOf(deed.fd)
        file.content = changed(file.content, file.unsynced)
        file.unsynced = []
      }
    },
    afterPowerCut(survival) {
      const found = new Map(syncedNames)
      for (const naming of unsyncedNames) if (survives(survival)) setName(found, naming)
      return new Map(
        [...found].map(([path, { content, unsynced }]) => [
          path,
          changed(
            content,
            unsynced.flatMap((change) => remains(change, survival)),
          ),
        ]),
      )
    },
  }
}

function setName(names: Map<string, File>, { path, file }: Naming): void {
  if (file) names.set(path, file)
  else names.delete(path)
}

function survives(survival: Survival): boolean {
  return survival === 'all' || (survival !== 'none' && survival.chance(0.5))
}

/** What is left of a change: all, nothing, or some sectors of it. */
function remains(change: Change, survival: Survival): readonly Change[] {
  if (typeof survival === 'string' || 'size' in change || survival.chance(0.6))
    return survives(survival) ? [change] : []
  const sectors: Change[] = []
  for (let from = 0; from < change.data.length; from += sector) {
    if (survives(survival)) sectors.push({ at: change.at + from, data: change.data.subarray(from, from + sector) })
  }
  return sectors
}

function changed(content: Buffer, changes: readonly Change[]): Buffer {
  if (changes.length === 0) return content
  let length = content.length
  let most = length
  for (const change of changes) {
    length = 'size' in change ? change.size : Math.max(length, change.at + change.data.length)
    most = Math.max(most, length)
  }
  const next = Buffer.alloc(most)
  let end = content.copy(next)
  for (const change of changes) {
    if ('size' in change) {
      // What lies beyond the end and comes back later is zeros.
      if (change.size < end) next.fill(0, change.size, end)
      end = change.size
    } else {
      change.data.copy(next, change.at)
      end = Math.max(end, change.at + change.data.length)
    }
  }
  return next.subarray(0, end)
}
