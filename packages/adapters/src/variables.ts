/** Every variable of the environment that a program of Threadkeep is set by. */
const variables = [
  ...(['THREADKEEP_MODE', 'THREADKEEP_HOST', 'THREADKEEP_PORT', 'THREADKEEP_DATA', 'THREADKEEP_LOG_LEVEL'] as const),
  ...(['THREADKEEP_STORE', 'THREADKEEP_LIVE', 'THREADKEEP_SEARCH', 'THREADKEEP_BLOBS', 'THREADKEEP_CACHE'] as const),
  ...(['THREADKEEP_EVENTS', 'THREADKEEP_PARTITIONS', 'THREADKEEP_REPLICATION', 'THREADKEEP_JOBS'] as const),
  ...(['THREADKEEP_EXPIRY_EVERY', 'THREADKEEP_TAKEOVER'] as const),
  ...(['THREADKEEP_JWT_SECRET', 'THREADKEEP_JWKS_URL', 'THREADKEEP_JWT_ISSUER', 'THREADKEEP_JWT_AUDIENCE'] as const),
  ...(['THREADKEEP_JWT_TENANT_CLAIM', 'THREADKEEP_JWT_MAX_AGE', 'THREADKEEP_ORIGINS'] as const),
  ...(['THREADKEEP_INTROSPECTION', 'THREADKEEP_GRAPHIQL', 'THREADKEEP_OPERATIONS'] as const),
  ...(['THREADKEEP_MAX_COST', 'THREADKEEP_RATE_LIMIT', 'THREADKEEP_DEADLINE'] as const),
] as const

/** The name of such a variable. Settings are typed with it, so that none is missing here. */
export type Variable = (typeof variables)[number]

/** Read by the tools of the workspace and by its examples. */
const others = /^THREADKEEP_(TOOLCHAIN|URL|TEST_.*|REQUIRE_SERVICES|SERVICES_CACHE)$/

/** A sentence for each variable that looks like one of ours and that no program reads; never its value, which may be secret. */
export function strangeVariables(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const known: ReadonlySet<string> = new Set(variables)
  return Object.keys(env)
    .filter((name) => /^THREADK?EE?P/i.test(name) && !known.has(name) && !others.test(name))
    .toSorted()
    .map((name) => {
      const near = nearest(name)
      return `${name} is in the environment and nothing reads it${near ? `: is ${near} meant?` : '. --help lists what there is.'}`
    })
}

/** The known name that this one goes on from, or that most of it agrees with; undefined where none is like it. */
function nearest(name: string): Variable | undefined {
  const given = name.toUpperCase()
  const begun = variables.find((variable) => given.startsWith(variable))
  if (begun) return begun
  const [best] = variables
    .map((variable) => ({ variable, steps: stepsBetween(given, variable) }))
    .toSorted((a, b) => a.steps - b.steps)
  // What all names begin with says nothing.
  const own = best!.variable.length - 'THREADKEEP_'.length
  return best!.steps <= Math.max(1, own / 2) ? best!.variable : undefined
}

/** How many letters have to be put in, left out, changed, or swapped with the next one. */
function stepsBetween(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(
        Math.min(
          row[j - 1]! + 1,
          last[j]! + 1,
          last[j - 1]! + (same ? 0 : 1),
          swapped ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
    before = last
    last = row
  }
  return last[b.length]!
}
