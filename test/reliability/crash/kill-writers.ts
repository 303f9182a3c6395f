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
import type { AppendCall, Recorder } from '../order/history.ts'
import { recordHistory } from '../order/history.ts'
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

/** All that was seen of the threads of one file, from outside. */
interface Seen {
  readonly histories: Map<string, Recorder>
  readonly calls: Map<string, AppendCall>
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
  const seen: Seen = { histories: new Map(), calls: new Map() }
  try {
    for (let cycle = 0; cycle < cycles; cycle++) {
      // Now and then it is killed while it starts: during the recovery of what the last one left.
      const early = random.chance(0.1)
      await oneLife(path, cycle, { early, after: random.below(early ? 250 : 150) }, seen)
      await verify(path, [always, cycleThread(cycle)], seen)
    }
    await verify(path, [...seen.histories.keys()], seen, true)
  } catch (error) {
    throw new Error(`Seed ${seed}, ${cycles} cycles: ${(error as Error).message}`, { cause: error })
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
  const calls = [...seen.calls.values()]
  const acknowledged = calls.filter(({ outcome }) => outcome === 'ok').length
  return { cycles, acknowledged, unanswered: calls.length - acknowledged }
}

/** Lets a process append until the moment it is killed, and writes down what it said. */
async function oneLife(
  path: string,
  cycle: number,
  kill: { readonly early: boolean; readonly after: number },
  seen: Seen,
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
  lines.on('line', (line) => note(line, seen))
  if (!kill.early) await Promise.race([once(lines, 'line'), closed])
  await sleep(kill.after)
  child.kill('SIGKILL')
  const [, signal] = await closed
  assert.equal(signal, 'SIGKILL', 'the process lived until it was killed')
}

function note(line: string, { histories, calls }: Seen): void {
  const [what, threadId, clientId, seq] = line.split(' ') as [string, string, string, string?]
  const history = histories.get(threadId) ?? recordHistory()
  histories.set(threadId, history)
  if (what === '?') calls.set(clientId, history.append(clientId))
  else history.ok(calls.get(clientId)!, Number(seq))
}

async function verify(path: string, threadIds: readonly string[], seen: Seen, settle = false): Promise<void> {
  const db = new DatabaseSync(path)
  try {
    assert.deepEqual({ ...db.prepare('pragma integrity_check').get() }, { integrity_check: 'ok' })
  } finally {
    db.close()
  }
  await using store = await sqliteStore({ path })
  await using threadkeep = createThreadkeep({ store, projector: 'manual' })
  for (const threadId of threadIds)
    await verifyThread(store, threadkeep, threadId, seen.histories.get(threadId) ?? recordHistory())
  if (settle) await verifySettled(store, threadkeep)
}
