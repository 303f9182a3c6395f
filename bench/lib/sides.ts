import type { Side } from './compare.ts'
import { quantile } from './statistics.ts'

/** Does `count` operations. The loop is the author's own, so that nothing of the harness stands between two operations. */
export type Work = (count: number) => void | Promise<void>

/** Operations per second. */
export function rate(count: number, work: Work): Side {
  return async () => (count / (await elapsed(count, work))) * 1e9
}

/** Wall time of one operation in microseconds. */
export function timePerOperation(count: number, work: Work): Side {
  return async () => (await elapsed(count, work)) / count / 1e3
}

/**
 * CPU time of one operation in microseconds: of this process, or of whatever `cpu` answers (such as a server's, see
 * `startServer`).
 */
export function cpuPerOperation(
  count: number,
  work: Work,
  cpu: () => NodeJS.CpuUsage | Promise<NodeJS.CpuUsage> = () => process.cpuUsage(),
): Side {
  return async () => {
    const before = await cpu()
    await work(count)
    const after = await cpu()
    return (after.user - before.user + after.system - before.system) / count
  }
}

/** The `q` quantile (0.5, 0.99) of the time of one operation, in milliseconds. Here `operation` is one operation. */
export function latency(q: number, count: number, operation: (index: number) => unknown): Side {
  return async () => {
    const times: number[] = []
    for (let i = 0; i < count; i++) {
      const start = performance.now()
      await operation(i)
      times.push(performance.now() - start)
    }
    return quantile(times, q)
  }
}

async function elapsed(count: number, work: Work): Promise<number> {
  const start = process.hrtime.bigint()
  await work(count)
  return Number(process.hrtime.bigint() - start)
}
