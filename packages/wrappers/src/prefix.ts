import { assertName, maxNameBytes, ThreadkeepError } from '@threadkeep/core/store'
import { requireThat } from './options.ts'

/** The name space of a prefix wrapper. */
export interface PrefixOptions {
  /** What every name starts with in the store underneath, before the separator: a tenant, an application, a stage. */
  readonly prefix: string
  /** Stands between prefix and name. Default `/`. */
  readonly separator?: string
}

/** Puts names under a prefix and takes them out again. */
export interface Prefix {
  /** The name as the inner store knows it. Refuses what is no name, and one that does not fit once prefixed. */
  add(name: string): string
  /** The beginning of names as the inner store knows them: unlike a name it may be empty. */
  addToStart(start: string | undefined): string
  /** The name as the caller knows it. */
  strip(name: string): string
  /** Whether a name of the inner store lies under this prefix. */
  covers(name: string): boolean
}

// A UTF-16 unit is at most three bytes of UTF-8, so shorter names need no counting.
const surelyFits = Math.floor(maxNameBytes / 3)
const maxRemembered = 1000

/**
 * A prefix that cannot be confused with another one of the same separator: the separator may not begin anywhere inside
 * `prefix`, so a full name can be read in one way only.
 */
export function createPrefix(wrapper: string, options: PrefixOptions, what: 'collection' | 'key'): Prefix {
  const { prefix, separator = '/' } = options
  requireThat(`${wrapper} prefix`, () => assertName(prefix, what))
  requireThat(`${wrapper} separator`, () => assertName(separator, what))
  const lead = prefix + separator
  if (lead.indexOf(separator) !== prefix.length) {
    throw new ThreadkeepError(
      'MISCONFIGURED',
      `${wrapper} prefix ${JSON.stringify(prefix)} contains or runs into its separator ${JSON.stringify(separator)}, so ` +
        'its names could be taken for those of another prefix. Choose another prefix or another separator.',
    )
  }
  const room = maxNameBytes - Buffer.byteLength(lead)
  if (room < 1) {
    throw new ThreadkeepError(
      'MISCONFIGURED',
      `${wrapper} prefix and separator leave no room for a name: together they may have ${maxNameBytes - 1} bytes of UTF-8.`,
    )
  }

  const add = (name: string): string => {
    // Joined to the prefix, an empty name or a number would look like a good name.
    if (typeof name !== 'string' || name === '') assertName(name, what)
    const full = lead + name
    if (full.length > surelyFits && Buffer.byteLength(full) > maxNameBytes) {
      throw new ThreadkeepError(
        'INVALID',
        `Under this prefix a ${what} is at most ${room} bytes of UTF-8 (the prefix takes ${maxNameBytes - room} of ` +
          `${maxNameBytes}); this one has ${Buffer.byteLength(name)}.`,
      )
    }
    return full
  }

  return {
    add: what === 'collection' ? remembering(add) : add,
    addToStart: (start) => (start === undefined || start === '' ? lead : add(start)),
    strip: (name) => name.slice(lead.length),
    covers: (name) => name.startsWith(lead),
  }
}

/** A store has few collections and asks for them all the time, so their full names need not be joined again and again. */
function remembering(add: (name: string) => string): (name: string) => string {
  const known = new Map<string, string>()
  return (name) => {
    let full = known.get(name)
    if (full === undefined) {
      full = add(name)
      if (known.size === maxRemembered) known.clear()
      known.set(name, full)
    }
    return full
  }
}
