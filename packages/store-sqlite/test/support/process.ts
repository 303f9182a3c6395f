import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A script of test/fixtures in a process of its own. */
export interface Running {
  readonly child: ChildProcess
  /** Whole lines that it has printed so far. A line that was cut off by its end is left out. */
  readonly lines: readonly string[]
  /** Answers when a line has come, or the process has ended. */
  readonly started: Promise<void>
  /** Answers its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
}

/** Starts `script`; it is killed when the test ends. */
export function run(script: string, args: readonly string[]): Running {
  const child = spawn(
    process.execPath,
    [
      '--conditions=threadkeep-source',
      '--disable-warning=ExperimentalWarning',
      join(import.meta.dirname, '../fixtures', script),
      ...args,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines: string[] = []
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    const whole = text.split('\n')
    text = whole.pop()!
    lines.push(...whole)
  })
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals)
  const started = Promise.race([once(child.stdout, 'data'), ended]).then(() => {})
  return { child, lines, started, ended }
}
