import { standardOutput } from '@threadkeep/adapters'
import { isThreadkeepError } from '@threadkeep/core/store'
import type { Logger } from 'pino'
import { pino } from 'pino'

/** The gateway's log: JSON lines on standard output. Whoever writes to it gives ids and numbers, never content or tokens. */
export function createLog(level: string): Logger {
  return pino({ level, base: { pid: process.pid } }, standardOutput())
}

/** Of an error only what cannot hold content, tokens or addresses with passwords: of ours code and message, of others name and place. */
export function described(error: unknown): Readonly<Record<string, unknown>> {
  if (isThreadkeepError(error)) {
    const { code, message, cause } = error
    return { code, message, ...(cause !== undefined && { cause: described(cause) }) }
  }
  if (!(error instanceof Error)) return { name: typeof error }
  const frames = error.stack?.split('\n').filter((line) => /^ +at /.test(line))
  return { name: error.name, stack: frames?.slice(0, 5).join('\n') }
}
