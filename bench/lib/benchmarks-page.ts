import { readFileSync, writeFileSync } from 'node:fs'
import { describeMachine, describePeers } from './machine.ts'
import type { Result, Skipped } from './result.ts'
import { describeServers, table } from './table.ts'

const page = new URL('../../BENCHMARKS.md', import.meta.url)

const introduction = `# Benchmarks

Written by \`npm run bench -- --write\`. Every figure is a ratio of two things measured in turn in the same process and the
same minute, so it says more than the absolute numbers beside it, which belong to one machine. A bar that is missed fails
the command; a line without one only informs. Noise is half the spread of the middle half of the rounds.
`

/** Puts each bench's results into its own section of BENCHMARKS.md and leaves the sections of the others as they are. */
export function writeBenchmarksPage(results: ReadonlyMap<string, readonly (Result | Skipped)[]>): void {
  const sections = readSections()
  for (const [name, lines] of results) {
    if (lines.some((line) => 'skipped' in line)) continue
    sections.set(name, `${table(lines)}\n\n${describeMachine()}. ${describeServers(lines)}`.trim())
  }
  const peers = describePeers()
  const body = [...sections].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, text]) => `## ${name}\n\n${text}\n`)
  const versions = peers === '' ? [] : [`Peers: ${peers}.\n`]
  writeFileSync(page, [introduction, ...versions, ...body].join('\n'))
}

function readSections(): Map<string, string> {
  const sections = new Map<string, string>()
  for (const part of readPage().split(/^## /m).slice(1)) {
    const end = part.indexOf('\n')
    sections.set(part.slice(0, end).trim(), part.slice(end).trim())
  }
  return sections
}

function readPage(): string {
  try {
    return readFileSync(page, 'utf8')
  } catch {
    return ''
  }
}
