import { appendFileSync, chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServiceKind } from './definition.ts'

/** Names the directory of this test run to every process that belongs to it. */
export const runDirectoryVariable = 'THREADKEEP_TEST_RUN_DIR'

export const runDirectoryPrefix = 'threadkeep-run-'

/** How the processes of one run find each other: the broker's port, and what the names of all their spaces start with. */
export interface Run {
  readonly port: number
  readonly name: string
}

/** What became of one kind of server in a run. */
export type ServiceReport =
  | { readonly kind: ServiceKind; readonly url: string; readonly server: string; readonly from: string }
  | { readonly kind: ServiceKind; readonly skipped: string }

/** A new directory for one run. Servers that run as other users can pass through it. */
export function makeRunDirectory(): string {
  const dir = mkdtempSync(join(tmpdir(), runDirectoryPrefix))
  chmodSync(dir, 0o755)
  return dir
}

export function writeRun(runDir: string, run: Run): void {
  writeFileSync(join(runDir, 'run.json'), JSON.stringify(run))
}

export function readRun(runDir: string): Run {
  return JSON.parse(readFileSync(join(runDir, 'run.json'), 'utf8')) as Run
}

/** Adds a line for `describeServices`. */
export function addReport(runDir: string, report: ServiceReport): void {
  appendFileSync(reportsFile(runDir), `${JSON.stringify(report)}\n`)
}

function reportsFile(runDir: string): string {
  return join(runDir, 'services.jsonl')
}

/**
 * One line for each kind of server that the run asked for: name, version and where it came from, or why it is missing.
 * Reads what the run left in its directory (`process.env[runDirectoryVariable]` in the main process, until its teardown).
 */
export function describeServices(runDir: string): readonly string[] {
  const file = reportsFile(runDir)
  if (!existsSync(file)) return []
  const reports = readFileSync(file, 'utf8').trim().split('\n')
  return [...new Set(reports)].sort().map((line) => describe(JSON.parse(line) as ServiceReport))
}

function describe(report: ServiceReport): string {
  if ('skipped' in report) return `SKIPPED everything that needs ${report.kind}: ${report.skipped}`
  return `${report.kind}: ${describeServer(report)}`
}

/** Name, version and origin of a server, for people. */
export function describeServer({ server, from }: Exclude<ServiceReport, { readonly skipped: string }>): string {
  return `${server}, from ${from}`
}
