import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { createThreadkeep } from '@threadkeep/core'
import { sqliteStore } from '@threadkeep/store-sqlite'
import { recordHistory } from '../order/history.ts'
import type { Told } from '../order/told-lines.ts'
import { listenToAppends } from '../order/told-lines.ts'
import { seeded } from '../simulation/random.ts'
import { always, cycleThread } from './threads.ts'
import { verifySettled, verifyThread } from './verify-threads.ts'

/** What the killed processes left behind. */
export interface KillReport {
  readonly cycles: number
  readonly acknowledged: number
  /** Appends that were under way when their process was killed. */
  readonly unanswered: number
}

const fixture = join(import.meta.dirname, 'fixtures/append-until-killed.ts')

/**
 * Starts a process that appends to a SQLite file and kills it with -9, again and again, and verifies the file after each time. Throws when
 * something is lost, torn or out of order.
 */
export async function killWriters(seed: number, cycles: number): Promise<KillReport> {
  const directory = mkdtempSync(join(tmpdir(), 'threadkeep-crash-'))
  const path = join(directory, 'records.db')
  const random = seeded(seed)
  const told = listenToAppends()
  try {
    for (let cycle = 0; cycle < cycles; cycle++) {
      // Now and then it is killed while it starts: during the recovery of what the last one left.
      const early = random.chance(0.1)
      await oneLife(path, cycle, { early, after: random.below(early ? 250 : 150) }, told)
      await verify(path, [always, cycleThread(cycle)], told)
    }
    await verify(path, [...told.histories.keys()], told, true)
  } catch (error) {
    throw new Error(`Seed ${seed}, ${cycles} cycles: ${(error as Error).message}`, { cause: error })
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
  const calls = [...told.histories.values()].flatMap(({ appends }) => appends)
  const acknowledged = calls.filter(({ outcome }) => outcome === 'ok').length
  return { cycles, acknowledged, unanswered: calls.length - acknowledged }
}

/** Lets a process append until the moment it is killed, and writes down what it said. */
async function oneLife(
  path: string,
  cycle: number,
  kill: { readonly early: boolean; readonly after: number },
  told: Told,
): Promise<void> {
  const child = spawn(
    process.execPath,
    ['--conditions=threadkeep-source', '--disable-warning=ExperimentalWarning', fixture, path, String(cycle)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      // More of each life goes into writing.
      env: { ...process.env, NODE_COMPILE_CACHE: join(dirname(path), 'compiled') },
    },
  )
  const closed = once(child, 'close')
  const lines = createInterface({ input: child.stdout })
  lines.on('line', told.hear)
  if (!kill.early) await Promise.race([once(lines, 'line'), closed])
  await sleep(kill.after)
  child.kill('SIGKILL')
  const [, signal] = await closed
  assert.equal(signal, 'SIGKILL', 'the process lived until it was killed')
}

async function verify(path: string, threadIds: readonly string[], told: Told, settle = false): Promise<void> {
  const db = new DatabaseSync(path)
  try {
    assert.deepEqual({ ...db.prepare('pragma integrity_check').get() }, { integrity_check: 'ok' })
  } finally {
    db.close()
  }
  await using store = await sqliteStore({ path })
  await using threadkeep = createThreadkeep({ store, projector: 'manual' })
  for (const threadId of threadIds)
    await verifyThread(store, threadkeep, threadId, told.histories.get(threadId) ?? recordHistory())
  if (settle) await verifySettled(store, threadkeep)
}
