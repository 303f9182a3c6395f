import type { AppendCall, Recorder } from './history.ts'
import { recordHistory } from './history.ts'

/** What a process told of its appends, by thread. */
export interface Told {
  readonly histories: ReadonlyMap<string, Recorder>
  /** Takes the next line: `? <thread> <client id>` before an append, `= <thread> <client id> <seq>` once it is acknowledged. */
  hear(line: string): void
}

/** Nothing told yet. */
export function listenToAppends(): Told {
  const histories = new Map<string, Recorder>()
  const calls = new Map<string, AppendCall>()
  return {
    histories,
    hear(line) {
      const [what, threadId, clientId, seq] = line.split(' ') as [string, string, string, string?]
      const history = histories.get(threadId) ?? recordHistory()
      histories.set(threadId, history)
      if (what === '?') calls.set(clientId, history.append(clientId))
      else history.ok(calls.get(clientId)!, Number(seq))
    },
  }
}
