import type { Bar } from './bar.ts'

/** One comparison as it was measured. Printed as one line of JSON. */
export interface Result {
  readonly bench: string
  readonly against: string
  /** `ours` divided by `theirs`. */
  readonly ratio: number
  readonly bar?: Bar
  readonly ours: number
  readonly theirs: number
  readonly unit: string
  readonly rounds: number
  /** Spread of the middle half of the round-by-round ratios, as a share of their median. */
  readonly noise: number
  /** Whether the bar is kept; absent without one. */
  readonly met?: boolean
  /** Name, version and origin of every server that the bench had asked for by then. */
  readonly servers?: readonly string[]
}

/** A bench that could not run here, and why. */
export interface Skipped {
  readonly bench: string
  readonly skipped: string
}

/** Reads one line of a bench process; undefined when the line is not a result. */
export function parseResult(line: string): Result | Skipped | undefined {
  if (!line.startsWith('{"bench":')) return undefined
  try {
    return JSON.parse(line) as Result | Skipped
  } catch {
    return undefined
  }
}
