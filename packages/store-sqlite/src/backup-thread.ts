// The thread of one backup. It imports nothing but Node, so that it runs in whatever way the package was loaded.
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import type { BackupAnswer } from './backup.ts'

const { source, target } = workerData as { readonly source: string; readonly target: string }
const draft = `${target}.partial`

/** One read transaction over the whole file: a single state, and no writer waits for it. */
function copy(): void {
  withFile(source, (db) => db.prepare('vacuum into ?').run(draft))
}

function verify(): void {
  const row = withFile(draft, (db) => db.prepare('pragma integrity_check(1)').get())
  const verdict = row?.['integrity_check']
  if (verdict !== 'ok') throw new Error(`The copy did not pass the integrity check: ${String(verdict)}`)
}

function withFile<T>(path: string, work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(path, { readOnly: true, timeout: 5_000 })
  try {
    return work(db)
  } finally {
    db.close()
  }
}

function sync(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function backUp(): BackupAnswer {
  try {
    rmSync(draft, { force: true })
    copy()
    verify()
    sync(draft)
    renameSync(draft, target)
    sync(dirname(target))
    return { bytes: statSync(target).size }
  } catch (error) {
    rmSync(draft, { force: true })
    const { message, code, errcode } = error as Error & { code?: string; errcode?: number }
    return { message, code, errcode }
  }
}

parentPort!.postMessage(backUp())
