import type { Comparison } from './compare.ts'

/** What a bench may do while it runs. */
export interface BenchRoom {
  /** Measures one comparison and prints its line. Await it before the next: two at a time would measure each other. */
  compare(comparison: Comparison): Promise<void>
  /** Ends this bench because something it needs is not here (a server, say). Loud, and a failure where services are required. */
  skip(why: string): never
  /** Shows what is being prepared. */
  progress(text: string): void
}

/** A file `bench/<name>.bench.ts` exports one of these as its default. */
export interface Bench {
  /** One sentence for `--list`. */
  readonly about: string
  run(room: BenchRoom): Promise<void>
}

/** Types a bench. It runs in a process of its own. */
export function defineBench(bench: Bench): Bench {
  return bench
}

/** How a bench ends when it cannot run here. */
export class SkipBench extends Error {}
