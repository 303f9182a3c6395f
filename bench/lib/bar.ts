/** What a ratio has to reach (`>=`, throughput) or must not exceed (`<=`, cost). */
export type Bar = `>=${number}` | `<=${number}`

/** Whether `ratio` keeps the bar. A ratio that is not a number keeps none. */
export function meets(bar: Bar, ratio: number): boolean {
  const limit = Number(bar.slice(2))
  if (!Number.isFinite(limit)) throw new Error(`A bar is written ">=0.5" or "<=2", not "${bar}".`)
  return bar.startsWith('>=') ? ratio >= limit : ratio <= limit
}
