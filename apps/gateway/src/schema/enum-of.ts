/** A GraphQL enum over texts of the domain: `active` within, `ACTIVE` outside. */
export function enumOf<T extends string>(...values: readonly T[]): Record<string, T> {
  return Object.fromEntries(values.map((value) => [value.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_'), value]))
}
