import type { Result, Skipped } from './result.ts'

const columns = ['bench', 'against', 'ratio', 'bar', '', 'ours', 'theirs', 'unit', 'noise'] as const

/** The servers that the results were measured with, each once; empty when none was. */
export function describeServers(results: readonly (Result | Skipped)[]): string {
  const servers = results.flatMap((result) => ('servers' in result ? (result.servers ?? []) : []))
  return servers.length === 0 ? '' : `Servers: ${[...new Set(servers)].toSorted().join('; ')}.`
}

/** The results as a Markdown table that also reads well in a terminal. */
export function table(results: readonly (Result | Skipped)[]): string {
  const rows = [columns, ...results.map(row)]
  const widths = columns.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)))
  const lines = rows.map((cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`)
  return [lines[0], `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...lines.slice(1)].join('\n')
}

function row(result: Result | Skipped): readonly string[] {
  if ('skipped' in result) return [result.bench, `skipped: ${result.skipped}`, '', '', '', '', '', '', '']
  const { bench, against, ratio, bar, met, ours, theirs, unit } = result
  const bound = bar?.replace('>=', '≥ ').replace('<=', '≤ ') ?? ''
  const verdict = met === undefined ? '' : met ? 'met' : 'MISSED'
  const spread = result.rounds > 1 ? `±${Math.round(result.noise * 50)} %` : ''
  return [bench, against, String(ratio), bound, verdict, figure(ours), figure(theirs), unit, spread]
}

function figure(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en-US') : String(value)
}
