// Runs benches by name, or all of them, and fails when a bar is missed.
import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { readArguments } from '@threadkeep/test-support/read-arguments'
import type { Bench } from './lib/bench.ts'
import { writeBenchmarksPage } from './lib/benchmarks-page.ts'
import type { Result, Skipped } from './lib/result.ts'
import { parseResult } from './lib/result.ts'
import { describeServers, table } from './lib/table.ts'

const here = import.meta.dirname
const slowest = 15 * 60_000
const flags = ['--conditions=threadkeep-source', '--expose-gc', '--disable-warning=ExperimentalWarning']

const { values, positionals } = readArguments('npm run bench -- [NAME…] [--list] [--json] [--write]', () =>
  parseArgs({
    allowPositionals: true,
    options: { list: { type: 'boolean' }, json: { type: 'boolean' }, write: { type: 'boolean' } },
  }),
)
const files = new Map(
  globSync('*.bench.ts', { cwd: here })
    .toSorted()
    .map((file) => [basename(file, '.bench.ts'), join(here, file)]),
)
const unknown = positionals.filter((name) => !files.has(name))
if (unknown.length > 0) {
  console.error(`No bench named ${unknown.join(', ')}. There are: ${[...files.keys()].join(', ')}`)
  process.exit(2)
}
if (values.list) await list()
else process.exitCode = await runAll(positionals.length > 0 ? positionals : [...files.keys()])

async function list(): Promise<void> {
  for (const [name, file] of files) {
    const { default: bench } = (await import(pathToFileURL(file).href)) as { default: Bench }
    console.log(`${name.padEnd(20)} ${bench.about}`)
  }
}

async function runAll(names: readonly string[]): Promise<number> {
  const results = new Map<string, readonly (Result | Skipped)[]>()
  const broken: string[] = []
  for (const [index, name] of names.entries()) {
    console.error(`[${index + 1}/${names.length}] ${name}`)
    const { lines, failure } = await runOne(files.get(name)!)
    results.set(name, lines)
    if (failure) broken.push(`${name}: ${failure}`)
  }
  const all = [...results.values()].flat()
  if (!values.json) console.log(`\n${table(all)}\n\n${describeServers(all)}`.trimEnd())
  if (values.write) writeBenchmarksPage(results)
  return verdict(all, broken)
}

/** Runs one bench in a process of its own: neither heap, nor compiled code, nor timers of another one reach it. */
async function runOne(file: string): Promise<{ lines: (Result | Skipped)[]; failure?: string }> {
  const child = spawn(process.execPath, [...flags, join(here, 'lib/run-one.ts'), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: dirname(here),
    timeout: slowest,
    killSignal: 'SIGKILL',
  })
  const stop = () => child.kill('SIGTERM')
  process.once('SIGINT', stop).once('SIGTERM', stop)
  const ended = new Promise<string>((resolve) =>
    child.once('close', (code, signal) => resolve(code === 0 ? '' : `ended with ${signal ?? code}`)),
  )
  const lines: (Result | Skipped)[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    const result = parseResult(line)
    if (result) {
      lines.push(result)
      console.log(line)
    } else console.error(line)
  }
  const failure = await ended
  process.off('SIGINT', stop).off('SIGTERM', stop)
  if (failure !== '') return { lines, failure }
  return lines.length > 0 ? { lines } : { lines, failure: 'compared nothing' }
}

function verdict(all: readonly (Result | Skipped)[], broken: readonly string[]): number {
  const judged = all.flatMap((line) => ('met' in line ? [line.met] : []))
  const met = judged.filter(Boolean).length
  const skipped = all.filter((line) => 'skipped' in line)
  for (const failure of broken) console.error(`FAILED ${failure}`)
  for (const line of skipped) console.error(`SKIPPED ${line.bench}: ${'skipped' in line ? line.skipped : ''}`)
  console.error(`${met} bars met, ${judged.length - met} missed, ${skipped.length} skipped`)
  const required = process.env['THREADKEEP_REQUIRE_SERVICES'] === '1' && skipped.length > 0
  return met < judged.length || broken.length > 0 || required ? 1 : 0
}
