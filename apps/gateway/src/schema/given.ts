/** `T` without null: absent instead. */
export type Given<T> = { [K in keyof T]: Exclude<T[K], null | undefined> } & {}

/** An input without the fields that were left out or null: how the domain takes options. */
export function given<T extends object>(input: T): Given<T> {
  const out: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(input)) if (value !== null && value !== undefined) out[name] = value
  return out as Given<T>
}
