import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Where installed servers are kept between test runs. */
export function cacheDirectory(): string {
  const base = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  const dir = process.env['THREADKEEP_SERVICES_CACHE'] || join(base, 'threadkeep-services')
  mkdirSync(dir, { recursive: true })
  return dir
}

/** The full path of the first of these commands that is on PATH. */
export function onPath(...commands: readonly string[]): string | undefined {
  for (const command of commands) {
    for (const dir of (process.env['PATH'] ?? '').split(delimiter)) {
      const file = join(dir, command)
      if (isExecutable(file)) return file
    }
  }
  return undefined
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Runs a command to its end; a failure carries the last lines it wrote. */
export async function execute(
  command: string,
  args: readonly string[],
  options: { user?: { uid: number; gid: number } } = {},
): Promise<string> {
  try {
    const { stdout } = await run(command, args, { maxBuffer: 64 << 20, ...options.user })
    return stdout
  } catch (error) {
    const said = String((error as { stderr?: string }).stderr ?? '')
      .trim()
      .split('\n')
      .slice(-5)
      .join('\n')
    throw new Error(`${command} ${args.slice(0, 3).join(' ')} … failed: ${said || (error as Error).message}`)
  }
}

/** Installs Debian packages. Only root on a machine with apt can. */
export async function installDebian(...packages: readonly string[]): Promise<void> {
  const apt = onPath('apt-get')
  if (!apt || process.getuid?.() !== 0) throw new Error(`installing ${packages.join(', ')} takes root and apt-get`)
  await withInstallLock('apt', async () => {
    announce(`installing Debian packages ${packages.join(', ')}`)
    // The servers are for this run alone: the package must not start one of its own.
    const env = [
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'RUNLEVEL=1',
      apt,
      '-qq',
      '-o',
      'DPkg::Lock::Timeout=300',
    ] as const
    await execute(env[0], [...env.slice(1), 'update'])
    await execute(env[0], [...env.slice(1), 'install', '-y', '--no-install-recommends', ...packages])
  })
}

/** Says what takes long, where the person who waits can see it. */
export function announce(what: string): void {
  process.stderr.write(`threadkeep services: ${what}\n`)
}

/** Runs `work` while no other process on this machine runs one under the same name. A holder that died is succeeded. */
export async function withInstallLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const file = join(cacheDirectory(), `${name}.lock`)
  while (!takeLock(file)) await sleep(100)
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}

function takeLock(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const holder = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
  if (holder > 0 && !isAlive(holder)) rmSync(file, { force: true })
  return false
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
