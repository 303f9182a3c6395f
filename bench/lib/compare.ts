import type { Bar } from './bar.ts'
import { meets } from './bar.ts'
import type { Result } from './result.ts'
import { median, noise, rounded } from './statistics.ts'

/** Plays one round and answers its figure, in the unit of the comparison. `sides.ts` builds the usual ones. */
export type Side = () => number | Promise<number>

/** Ours beside a peer, a limit of the machine, or a fixed number. */
export interface Comparison {
  /** Default: the name of the file. Give one when a file holds several comparisons. */
  readonly bench?: string
  /** Who or what we are compared with, in a few words. */
  readonly against: string
  /** Without one the ratio is only shown: nothing is met or missed. */
  readonly bar?: Bar
  readonly unit: string
  readonly ours: Side
  /** A number is a fixed limit: there is nothing to interleave then, and one round is the default. */
  readonly theirs: Side | number
  /** At least 7 when the other is a side. Default 9. */
  readonly rounds?: number
}

const warmUpRounds = 2
const fewestRounds = 7

/**
 * Measures a comparison: both sides warmed up, then in turn within every round, the order reversed every other round, the
 * heap collected before each. The ratio is that of the medians.
 */
export async function measure(
  comparison: Comparison & { readonly bench: string },
  progress: (done: string) => void = () => {},
): Promise<Result> {
  const { bench, against, bar, unit, ours, theirs } = comparison
  const peer = typeof theirs === 'number' ? undefined : theirs
  const rounds = comparison.rounds ?? (peer ? 9 : 1)
  if (peer && rounds < fewestRounds) throw new Error(`${bench}: a comparison takes at least ${fewestRounds} rounds.`)
  if (bar !== undefined) meets(bar, 0) // A malformed bar is reported before the minutes of measuring.

  if (peer) {
    for (let i = 0; i < warmUpRounds; i++) {
      progress(`${bench} / ${against}: warm-up ${i + 1}/${warmUpRounds}`)
      await play(peer)
      await play(ours)
    }
  }
  const figures = { ours: [] as number[], theirs: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    progress(`${bench} / ${against}: round ${round + 1}/${rounds}`)
    const oursFirst = round % 2 === 1
    if (oursFirst) figures.ours.push(await play(ours))
    figures.theirs.push(peer ? await play(peer) : (theirs as number))
    if (!oursFirst) figures.ours.push(await play(ours))
  }

  const ratio = median(figures.ours) / median(figures.theirs)
  return {
    bench,
    against,
    ratio: rounded(ratio),
    ours: rounded(median(figures.ours)),
    theirs: rounded(median(figures.theirs)),
    unit,
    rounds,
    noise: rounded(noise(figures.ours.map((figure, round) => figure / figures.theirs[round]!))),
    ...(bar !== undefined && { bar, met: meets(bar, ratio) }),
  }
}

async function play(side: Side): Promise<number> {
  globalThis.gc?.()
  const figure = await side()
  if (!Number.isFinite(figure)) throw new Error(`A side answered ${figure} instead of a figure.`)
  return figure
}
