// The launcher: runs one task of the workspace on any machine with Node >= 18 and npm.
// It is plain JavaScript because it must run before anything is installed, on a Node that may be too old for the rest.
// It brings the pinned pnpm (and a newer Node where this one is too old) through npx, installs once, then runs the task.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PNPM = '12.21.0'
const NODE = '26.10.0'
const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Each task is a list of commands run in order; extra arguments go to the last one. */
const tasks = {
  start: ['turbo run build --filter=@threadkeep/gateway --output-logs=errors-only', 'node apps/gateway/dist/main.js'],
  test: ['vitest run'],
  'test:long': ['vitest run --config vitest.long.config.ts'],
  coverage: ['vitest run --coverage'],
  check: ['node scripts/check.ts'],
  bench: ['node --conditions=threadkeep-source --expose-gc bench/main.ts'],
  sim: ['node --conditions=threadkeep-source test/reliability/simulate.ts'],
  services: ['node --conditions=threadkeep-source test/support/services/main.ts'],
  format: ['biome check --write .'],
  exec: [''],
}

const [task = '', ...args] = process.argv.slice(2)
if (!Object.hasOwn(tasks, task)) {
  console.error(`Unknown task "${task}". One of: ${Object.keys(tasks).join(', ')}`)
  process.exit(2)
}
process.chdir(root)
if (process.env['THREADKEEP_TOOLCHAIN'] === PNPM) runTask()
else enterToolchain()

/** Node that can run this workspace: 22.18+, 24.11+, 26+ (the `engines` field of every package). */
function nodeIsNewEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  return major >= 26 || (major === 24 && minor >= 11) || (major === 22 && minor >= 18)
}

/** Starts this script again with the pinned pnpm, and a newer Node where needed, first on PATH. */
function enterToolchain() {
  const packages = ['-p', `pnpm@${PNPM}`]
  if (!nodeIsNewEnough()) {
    const platform = process.platform === 'win32' ? 'win' : process.platform
    console.error(
      `Node ${process.versions.node} is too old for this workspace: using Node ${NODE} from npm for this command.`,
    )
    packages.push('-p', `node-${platform}-${process.arch}@${NODE}`)
  }
  const command = ['node', 'scripts/dev.mjs', task, ...args].map(quote).join(' ')
  const env = { ...process.env, THREADKEEP_TOOLCHAIN: PNPM, npm_config_loglevel: 'error' }
  follow(
    spawn('npx', ['--yes', ...packages, '-c', command], { stdio: 'inherit', env, shell: process.platform === 'win32' }),
  )
}

/** Installs when the lock file or a manifest changed since the last install, then runs the task's commands. */
function runTask() {
  install()
  const path = [join(root, 'node_modules', '.bin'), process.env['PATH']].join(process.platform === 'win32' ? ';' : ':')
  // So that a package resolves to its TypeScript source in every child, and each child finds the workspace's tools.
  const env = { ...process.env, PATH: path }
  delete env['npm_config_loglevel']
  const commands = tasks[task]
  for (const command of commands.slice(0, -1)) {
    const { status } = spawnSync(command, { stdio: 'inherit', shell: true, env })
    if (status !== 0) process.exit(status ?? 1)
  }
  const last = [commands.at(-1), ...args.map(quote)].join(' ').trim()
  if (last === '') process.exit(0)
  follow(spawn(process.platform === 'win32' ? last : `exec ${last}`, { stdio: 'inherit', shell: true, env }))
}

function install() {
  const stamp = join(root, 'node_modules', '.threadkeep-install')
  const hash = createHash('sha256').update(process.versions.node)
  for (const file of manifests()) hash.update(file).update(readFileSync(file))
  const now = hash.digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return
  const frozen = process.env['CI'] ? ['--frozen-lockfile'] : []
  const { status } = spawnSync('pnpm', ['install', ...frozen, '--reporter=append-only', '--loglevel=warn'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (status !== 0) process.exit(status ?? 1)
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, now)
}

function manifests() {
  const found = ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml'].filter((file) => existsSync(file))
  for (const folder of ['packages', 'apps', 'examples']) {
    if (!existsSync(folder)) continue
    for (const name of readdirSync(folder)) {
      const file = join(folder, name, 'package.json')
      if (existsSync(file)) found.push(file)
    }
  }
  for (const file of ['bench/package.json', 'test/package.json', 'test/support/package.json'])
    if (existsSync(file)) found.push(file)
  return found
}

function quote(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** Passes signals on to the child and leaves with its answer. */
function follow(child) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`Could not start: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
}
