import { randomUUID } from 'node:crypto'
import type { LiveBus } from '@threadkeep/core'
import type { Address, JsonObject } from '@threadkeep/core/store'

/** What other processes write, learnt through a bus. */
export interface InvalidationHints {
  /** False while a write of another process could go unnoticed. */
  readonly heard: boolean
  /** Tells the others. */
  tell(at: readonly Address[]): void
  close(): void
}

/** What to do about writes of others. */
export interface HintHandlers {
  /** These records were written. */
  readonly onWritten: (at: readonly Address[]) => void
  /** Writes may have gone unnoticed, from now on or until now. */
  readonly onGap: () => void
  readonly onError: (error: unknown) => void
}

const addressesPerHint = 100

/** Follows the bus. Until it listens, and while the bus is not healthy, nothing is heard. */
export function followHints(bus: LiveBus, topic: string, handlers: HintHandlers): InvalidationHints {
  const { onWritten, onGap, onError } = handlers
  const self = randomUUID()
  let stop: (() => void) | undefined
  let joining = false
  let closed = false
  // A hint that could not be sent: the others have to be told that they missed something.
  let owing = false

  const receive = (hint: JsonObject) => {
    if (hint['from'] === self) return
    const at = readAddresses(hint['at'])
    if (at) onWritten(at)
    else onGap()
  }
  const join = async () => {
    if (stop || joining) return
    joining = true
    try {
      const leave = await bus.subscribe(topic, receive)
      if (closed) leave()
      else {
        stop = leave
        onGap()
      }
    } catch (error) {
      onError(error)
    }
    joining = false
  }
  const publish = (hint: JsonObject) => {
    try {
      bus.publish(topic, hint)
    } catch (error) {
      onError(error)
    }
  }
  const stopHealth = bus.onHealth((healthy) => {
    onGap()
    if (!healthy) return
    void join()
    if (!owing) return
    owing = false
    publish({ from: self, at: 'all' })
  })
  void join()

  return {
    get heard() {
      return stop !== undefined && bus.healthy
    },
    tell(at) {
      if (!bus.healthy) owing = true
      for (let i = 0; i < at.length; i += addressesPerHint) {
        const some = at.slice(i, i + addressesPerHint).map(({ collection, key }) => [collection, key])
        publish({ from: self, at: some })
      }
    },
    close() {
      closed = true
      stopHealth()
      stop?.()
    },
  }
}

/** The addresses of a hint; undefined for any other hint, which then means everything. */
function readAddresses(list: unknown): readonly Address[] | undefined {
  if (!Array.isArray(list)) return undefined
  const at: Address[] = []
  for (const pair of list as readonly unknown[]) {
    const [collection, key] = Array.isArray(pair) ? pair : []
    if (typeof collection !== 'string' || typeof key !== 'string') return undefined
    at.push({ collection, key })
  }
  return at
}
