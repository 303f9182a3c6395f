import { ThreadkeepError } from '@threadkeep/core/store'

/** What a number option may be. */
export interface NumberRule {
  /** Smallest allowed value. Default: anything above zero. */
  readonly min?: number
  readonly max?: number
  readonly whole?: boolean
}

/** Refuses with `MISCONFIGURED`, naming the wrapper and the option, what is not a finite number within the rule. */
export function requireNumber(option: string, value: unknown, rule: NumberRule = {}): number {
  const { min, max = Number.MAX_SAFE_INTEGER, whole = false } = rule
  const low = min === undefined ? 'above 0' : `from ${min}`
  const fits =
    typeof value === 'number' &&
    Number.isFinite(value) &&
    (min === undefined ? value > 0 : value >= min) &&
    value <= max &&
    (!whole || Number.isInteger(value))
  if (fits) return value
  const limit = max === Number.MAX_SAFE_INTEGER ? '' : ` to ${max}`
  throw new ThreadkeepError(
    'MISCONFIGURED',
    `${option} must be a ${whole ? 'whole ' : ''}number ${low}${limit}, not ${String(value)}.`,
  )
}

/** Refuses with `MISCONFIGURED` what is not one of the named choices. */
export function requireChoice<T extends string>(option: string, value: unknown, choices: readonly T[]): T {
  if (choices.includes(value as T)) return value as T
  throw new ThreadkeepError(
    'MISCONFIGURED',
    `${option} must be one of ${choices.map((choice) => `'${choice}'`).join(', ')}, not ${String(value)}.`,
  )
}

/** Refuses with `MISCONFIGURED`, naming the wrapper and the option, what `check` throws at. */
export function requireThat(option: string, check: () => void): void {
  try {
    check()
  } catch (cause) {
    throw new ThreadkeepError('MISCONFIGURED', `${option}: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    })
  }
}
