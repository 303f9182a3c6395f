import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { temporaryPath } from './temporary-path.ts'

const isRoot = process.getuid?.() === 0

/** Whether this process may mount a disk of its own. */
export const canMount = process.platform === 'linux' && isRoot && tryMount()

/** Whether it can forbid itself to write: root needs a disk for that. */
export const canForbidWriting = !isRoot || canMount

/** Mounts a disk of 2 MB until the test ends; answers where it is. */
export function mountSmallDisk(): string {
  const place = dirname(temporaryPath())
  mount(place)
  onTestFinished(() => void execFileSync('umount', ['-l', place]))
  return place
}

/** A fresh directory, and how to forbid writing in it. */
export function lockableDirectory(): { readonly directory: string; lock(): void } {
  if (isRoot) {
    const directory = mountSmallDisk()
    return { directory, lock: () => void execFileSync('mount', ['-o', 'remount,ro', directory]) }
  }
  const directory = dirname(temporaryPath())
  onTestFinished(() => chmodSync(directory, 0o755))
  return { directory, lock: () => chmodSync(directory, 0o555) }
}

function mount(place: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', place], { stdio: 'pipe' })
}

function tryMount(): boolean {
  const place = mkdtempSync(join(tmpdir(), 'threadkeep-mount-'))
  try {
    mount(place)
    execFileSync('umount', [place])
    return true
  } catch {
    return false
  } finally {
    rmdirSync(place)
  }
}
