import type { Clock, EnumerableStore, Json, SweepableStore, Wrapper } from '@threadkeep/core/store'
import { forward, isThreadkeepError } from '@threadkeep/core/store'
import type { LogRecord } from './logging/log-record.ts'
import {
  addressesText,
  changesText,
  commitText,
  describeError,
  foundText,
  logText,
  rangeText,
} from './logging/log-record.ts'
import { printableName } from './logging/printable.ts'
import { monotonicClock } from './monotonic-clock.ts'
import { observe } from './observe.ts'
import { requireChoice } from './options.ts'

/** How much a line matters. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Where lines go: the console, pino, winston, or anything with these four methods. */
export interface Logger extends Record<LogLevel, (...message: never) => void> {
  /** Asked before a line is made, where a logger has it. */
  isLevelEnabled?(level: LogLevel): boolean
}

/** What is logged, and how. */
export interface LoggingOptions {
  /** Default: the console, which prints structured records as one line of JSON each. */
  readonly logger?: Logger
  /** Nothing below this is logged. Default `debug`; `off` removes the wrapper altogether. */
  readonly level?: LogLevel | 'off'
  /** The level of a call that succeeded. Failures are errors. Default `debug`. */
  readonly callLevel?: LogLevel
  /** `text` (default) hands the logger one line; `structured` a `LogRecord` and the line, as pino takes them. */
  readonly format?: 'text' | 'structured'
  /** Also log what was written and read. Default false: values are private. */
  readonly values?: boolean
  readonly clock?: Clock
}

const levels = ['debug', 'info', 'warn', 'error', 'off'] as const
/**
 * Logs every call with its addresses, outcome and duration, failures too. Values are never logged unless asked for, one
 * record is always one line, and a logger that throws disturbs no call.
 */
export function withLogging(options: LoggingOptions = {}): Wrapper {
  const { format = 'text', values = false, clock = monotonicClock } = options
  const structured = requireChoice('withLogging format', format, ['text', 'structured']) === 'structured'
  const level = requireChoice('withLogging level', options.level ?? 'debug', levels)
  const callLevel = requireChoice(
    'withLogging callLevel',
    options.callLevel ?? 'debug',
    levels.slice(0, 4) as LogLevel[],
  )
  const logger = (options.logger ?? consoleLogger) as LooseLogger
  if (level === 'off') return (inner) => inner

  const enabled = (wanted: LogLevel) =>
    levels.indexOf(wanted) >= levels.indexOf(level) && (logger.isLevelEnabled?.(wanted) ?? true)
  const write = (at: LogLevel, record: LogRecord) => {
    if (!enabled(at)) return
    try {
      if (structured) logger[at](record, logText(record))
      else logger[at](logText(record))
    } catch {
      // Logging watches; it never decides whether a call succeeds.
    }
  }

  return (inner) => {
    const watch = <T>(
      call: () => Promise<T>,
      { operation, subject, outcome, written, read }: Watched<T>,
    ): Promise<T> => {
      const loud = enabled(callLevel)
      if (!loud && !enabled('error')) return call()
      // Taken before the call: afterwards the caller may have changed what it handed over.
      const asked = loud ? subject() : undefined
      const before = loud && values && written ? copyOf(written) : undefined
      const start = clock.now()
      const facts = () => ({
        store: inner.name,
        operation,
        subject: asked ?? subject(),
        durationMs: Math.round((clock.now() - start) * 1000) / 1000,
      })
      return observe(
        call(),
        (answer) => {
          if (!loud) return
          const shown = before ?? (values && read ? copyOf(() => read(answer)) : undefined)
          write(callLevel, { ...facts(), outcome: outcome(answer), ...(shown !== undefined && { values: shown }) })
        },
        (error) => {
          // Giving up is the caller's choice, not a failure of the store.
          const at = isThreadkeepError(error, 'ABORTED') ? callLevel : 'error'
          write(at, { ...facts(), outcome: 'failed', error: describeError(error) })
        },
      )
    }

    return forward(inner, {
      get: (at, callOptions) =>
        watch(() => inner.get(at, callOptions), {
          operation: 'get',
          subject: () => addressesText(at),
          outcome: foundText,
          read: (entries) => entries.map((entry) => entry?.value ?? null),
        }),
      list: (collection, range, callOptions) =>
        watch(() => inner.list(collection, range, callOptions), {
          operation: 'list',
          subject: () => `${printableName(collection)} ${rangeText(range)}`,
          outcome: (entries) => `${entries.length} records`,
          read: (entries) => entries.map(({ key, value }) => ({ key, value })),
        }),
      commit: (changes, callOptions) =>
        watch(() => inner.commit(changes, callOptions), {
          operation: 'commit',
          subject: () => changesText(changes),
          outcome: commitText,
          written: () => changes.flatMap((change) => (change.type === 'put' ? [change.value] : [])),
        }),
      collections: (range, callOptions) =>
        watch(() => (inner as EnumerableStore).collections(range, callOptions), {
          operation: 'collections',
          subject: () => rangeText(range),
          outcome: (names) => `${names.length} collections`,
        }),
      sweep: (limit, callOptions) =>
        watch(() => (inner as SweepableStore).sweep(limit, callOptions), {
          operation: 'sweep',
          subject: () => String(limit),
          outcome: (count) => `${count} removed`,
        }),
      close: () => watch(() => inner.close(), { operation: 'close', subject: () => '', outcome: () => 'closed' }),
    })
  }
}

/** What is told of one call. */
interface Watched<T> {
  readonly operation: LogRecord['operation']
  readonly subject: () => string
  readonly outcome: (answer: T) => string
  readonly written?: () => Json
  readonly read?: (answer: T) => Json
}

type LooseLogger = Logger & Record<LogLevel, (...message: unknown[]) => void>

const consoleLogger: Record<LogLevel, (...message: unknown[]) => void> = {
  debug: (message) => console.debug(line(message)),
  info: (message) => console.info(line(message)),
  warn: (message) => console.warn(line(message)),
  error: (message) => console.error(line(message)),
}

function line(message: unknown): string {
  return typeof message === 'string' ? message : JSON.stringify(message)
}

/** A copy for the logger to keep; undefined for what is not JSON, which the store refuses by itself. */
function copyOf(json: () => Json): Json | undefined {
  try {
    return JSON.parse(JSON.stringify(json())) as Json
  } catch {
    return undefined
  }
}
