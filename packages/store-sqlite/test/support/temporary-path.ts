import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A path in a fresh directory that goes when the test ends. */
export function temporaryPath(name = 'records.db'): string {
  const directory = mkdtempSync(join(tmpdir(), 'threadkeep-sqlite-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return join(directory, name)
}
