import type { Actor } from '@threadkeep/core'
import type { Millis } from '@threadkeep/core/store'

/** What a valid token says. */
export interface Identity {
  readonly actor: Actor
  /** Whose namespace: empty where tokens carry no tenant. */
  readonly tenant: string
  readonly expiresAt: Millis
}

/** Proves a token: `UNAUTHENTICATED` for a missing, forged, expired or foreign one. */
export type Authenticate = (token: string | undefined) => Promise<Identity>
