import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { emptyDisk } from './disk.ts'
import type { Deed } from './recording.ts'
import { readRecording } from './recording.ts'

/** How the recorded process asks SQLite to sync. */
export type Synchronous = 'full' | 'normal' | 'off'

/** Everything that a process did to its files. */
export interface Recording {
  /** The directory that it wrote in. */
  readonly directory: string
  readonly path: string
  /** The file of the search index: with `full` one of its own, else that of the records. */
  readonly searchPath: string
  readonly deeds: readonly Deed[]
}

const fixture = join(import.meta.dirname, 'fixtures/append-and-end.ts')

/** Builds the recorder in `directory`. Answers its path, or why there is none. */
export function buildRecorder(directory: string): { readonly recorder: string } | { readonly missing: string } {
  if (process.platform !== 'linux') return { missing: 'recording takes LD_PRELOAD, which only Linux has' }
  const recorder = join(directory, 'recorder.so')
  const source = join(import.meta.dirname, 'recorder.c')
  try {
    execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', recorder, source, '-ldl', '-lpthread'], { stdio: 'pipe' })
  } catch (error) {
    return { missing: `the recorder could not be built with cc: ${(error as Error).message.split('\n')[0]}` }
  }
  return { recorder }
}

/** Records a process that appends to a SQLite file in `directory`. Throws when the recording misses anything that it did to its files. */
export function record(recorder: string, directory: string, synchronous: Synchronous): Recording {
  const path = join(directory, 'records.db')
  // What was not synced may be lost from one file and not from the other: only one file keeps their order then.
  const searchPath = synchronous === 'full' ? join(directory, 'search.db') : path
  const log = `${directory}.log`
  execFileSync(
    process.execPath,
    ['--conditions=threadkeep-source', '--disable-warning=ExperimentalWarning', fixture, path, searchPath, synchronous],
    {
      env: { ...process.env, LD_PRELOAD: recorder, RECORDER_PATH: directory, RECORDER_LOG: log },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  assert.ok(existsSync(log), 'the recorder was loaded')
  const deeds = readRecording(readFileSync(log))
  const disk = emptyDisk(directory)
  for (const deed of deeds) disk.apply(deed)
  const found = new Map(
    readdirSync(directory).map((name) => [join(directory, name), readFileSync(join(directory, name))]),
  )
  assert.deepEqual(disk.afterPowerCut('all'), found, 'the recording, played to its end, gives the files that are there')
  return { directory, path, searchPath, deeds }
}
