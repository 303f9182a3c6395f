// Runs one server and outlives neither it nor the process that started this one: when the pipe on stdin ends, however its
// other end died, the server is stopped and its directory removed. A line `stop` stops it and keeps the directory.
import { spawn, spawnSync } from 'node:child_process'
import { openSync, readdirSync, rmSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Launch } from './definition.ts'
import { runDirectoryPrefix } from './run-directory.ts'

/** What the supervisor is told on its command line. */
export interface Assignment {
  readonly launch: Launch
  readonly dir: string
  readonly log: string
}

const patience = 8000
const { launch, dir, log }: Assignment = JSON.parse(process.argv[2]!)
const output = openSync(log, 'a')
let keep = false
let stopping = false

// A group of its own, so that Ctrl-C in a terminal reaches the test run, which then stops servers in order.
const server = spawn(launch.command, launch.args, {
  detached: true,
  stdio: ['ignore', output, output],
  env: { ...process.env, ...launch.env },
  ...launch.user,
})
server.on('error', (error) => leave(`cannot start: ${error.message}`))
server.on('exit', (code, signal) => leave(`exited with ${signal ?? code}`))
process.stdout.on('error', () => {})
if (server.pid) process.stdout.write(`${server.pid}\n`)

process.stdin.setEncoding('utf8')
process.stdin.on('data', (line) => {
  if (String(line).includes('stop')) keep = true
  stop()
})
process.stdin.on('end', stop)
process.stdin.on('error', stop)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)

function stop(): void {
  if (stopping) return
  stopping = true
  signalGroup(launch.stopSignal ?? 'SIGTERM')
  setTimeout(() => {
    const [command, ...args] = launch.crash ?? []
    if (command) spawnSync(command, args)
    signalGroup('SIGKILL')
  }, patience)
}

function signalGroup(signal: NodeJS.Signals): void {
  try {
    process.kill(-server.pid!, signal)
  } catch {
    // It has gone already.
  }
}

function leave(how: string): void {
  if (stopping && !keep) {
    const [command, ...args] = launch.cleanup ?? []
    if (command) spawnSync(command, args)
    rmSync(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    removeRunDirectory()
  }
  process.stdout.write(`${how}\n`, () => process.exit(0))
}

/** The last server of a run to go takes the run's directory with it: its owner may no longer be there to do so. */
function removeRunDirectory(): void {
  const runDir = dirname(dir)
  if (!basename(runDir).startsWith(runDirectoryPrefix)) return
  const left = readdirSync(runDir, { withFileTypes: true })
  if (!left.some((entry) => entry.isDirectory())) rmSync(runDir, { recursive: true, force: true })
}
