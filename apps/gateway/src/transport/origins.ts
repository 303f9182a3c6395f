import type { IncomingMessage } from 'node:http'

/** Says whether a page of this origin may talk to the gateway. */
export type AllowsOrigin = (request: IncomingMessage) => boolean

/** Requests without an origin come from no page; pages of the gateway itself and of the listed origins may ask. */
export function createAllowsOrigin(allowed: readonly string[]): AllowsOrigin {
  const known = new Set(allowed)
  return ({ headers: { origin, host } }) => {
    if (origin === undefined || known.has(origin)) return true
    return origin === `http://${host}` || origin === `https://${host}`
  }
}
