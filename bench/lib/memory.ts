import type { Side } from './compare.ts'

/** Call it now and then inside the work: timers starve while promises keep resolving. */
export type Sample = () => void

/**
 * How far memory rose above its start, at its peak, while `work` ran; in MB (10^6 bytes). `heap` is the JavaScript heap,
 * `rss` all of the process.
 */
export function memoryGrowth(kind: 'heap' | 'rss', work: (sample: Sample) => unknown): Side {
  const read = () => (kind === 'heap' ? process.memoryUsage().heapUsed : process.memoryUsage.rss())
  return async () => {
    globalThis.gc?.()
    const start = read()
    let peak = start
    const sample = () => {
      peak = Math.max(peak, read())
    }
    const timer = setInterval(sample, 5)
    try {
      await work(sample)
      sample()
    } finally {
      clearInterval(timer)
    }
    return (peak - start) / 1e6
  }
}

/** Bytes of heap that stay in use after `work`, once the garbage is collected. */
export async function retainedHeap(work: () => unknown): Promise<number> {
  const collect = globalThis.gc
  if (!collect) throw new Error('Retained heap needs --expose-gc; `npm run bench` sets it.')
  collect()
  const start = process.memoryUsage().heapUsed
  const held = await work()
  collect()
  const retained = process.memoryUsage().heapUsed - start
  // Used after the measurement, so that what the work answered counts as still in use.
  void held
  return retained
}
