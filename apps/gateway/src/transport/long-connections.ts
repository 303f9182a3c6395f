import type { Clock, Millis } from '@threadkeep/core/store'

/** A connection that stays open. */
export interface LongConnection {
  /** When its token ends; asked for anew each time. */
  readonly expiresAt: Millis
  /** Says "I am here" to the other side. False: it has not answered since the last time, and is gone. */
  beat(): boolean
  expire(): void
  /** Ends it because the gateway stops: the client shall come back, elsewhere. */
  stop(): void
  /** Ends it without another word. */
  cut(): void
}

/** All long connections of a gateway, watched by one timer. */
export interface LongConnections {
  readonly size: number
  add(connection: LongConnection): () => void
  /** Ends all of them, and cuts those that have not gone some seconds later. */
  stop(): void
}

const look = 1_000
const beat = 25_000
/** Milliseconds that the other side has to say goodbye. */
const patience = 7_000

/** Watches long connections: those whose token has ended are ended, those that are gone are let go. */
export function createLongConnections(clock: Clock): LongConnections {
  const open = new Set<LongConnection>()
  let beaten = clock.now()
  let stopping = false
  const timer = setInterval(() => {
    const now = clock.now()
    const beating = now - beaten >= beat
    if (beating) beaten = now
    for (const connection of open) {
      if (connection.expiresAt <= now) connection.expire()
      else if (beating && !connection.beat()) connection.stop()
    }
  }, look)
  timer.unref()
  return {
    get size() {
      return open.size
    },
    add(connection) {
      open.add(connection)
      if (stopping) connection.stop()
      return () => void open.delete(connection)
    },
    stop() {
      stopping = true
      clearInterval(timer)
      for (const connection of [...open]) connection.stop()
      setTimeout(() => {
        for (const connection of [...open]) connection.cut()
      }, patience).unref()
    },
  }
}
