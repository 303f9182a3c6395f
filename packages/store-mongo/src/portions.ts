/** Some records of one kind. */
export interface Portion {
  readonly kind: string
  readonly ids: readonly string[]
}

// The longest list of ids in one question: matching against a long list is slow.
const longest = 250

/** The records by kind, each once, in portions that one question can ask for. */
export function portionsOf(records: Iterable<{ readonly kind: string; readonly id: string }>): readonly Portion[] {
  const portions: Portion[] = []
  for (const [kind, found] of Map.groupBy(records, (record) => record.kind)) {
    const ids = [...new Set(found.map(({ id }) => id))]
    for (let at = 0; at < ids.length; at += longest) portions.push({ kind, ids: ids.slice(at, at + longest) })
  }
  return portions
}
