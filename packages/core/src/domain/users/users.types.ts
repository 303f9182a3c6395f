import type { JsonObject, Millis, Version } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Page, PageRequest } from '../kernel/page.ts'

/** What a person tells of themselves. */
export interface UserProfile {
  readonly name?: string
  readonly email?: string
  /** Free text such as `support` or `developer`: it grants nothing. */
  readonly role?: string
  readonly preferences?: JsonObject
  readonly metadata?: JsonObject
}

/** A user as everyone sees it. */
export interface User extends UserProfile {
  readonly id: string
  readonly createdAt: Millis
  readonly updatedAt: Millis
  readonly deactivatedAt?: Millis
  /** Changes with every write: pass it to `update` to refuse a lost update. */
  readonly version: Version
}

/** How a merge patch (RFC 7396) reads: absent keeps, null removes, objects merge. */
export interface UserPatch {
  readonly name?: string | null
  readonly email?: string | null
  readonly role?: string | null
  readonly preferences?: JsonObject | null
  readonly metadata?: JsonObject | null
}

/** One row's fate in a bulk create. */
export type UserCreateResult =
  | { readonly id: string; readonly ok: true; readonly user: User }
  | { readonly id: string; readonly ok: false; readonly code: string; readonly message: string }

/** Online while heartbeats come; away when told so; offline once they stop. */
export interface Presence {
  readonly userId: string
  readonly status: 'online' | 'away' | 'offline'
  readonly lastSeenAt?: Millis
}

/**
 * People. A user may create, change and delete itself; `admin` may do so for anyone. An id is 1–128 characters of any Unicode, compared
 * exactly after NFC. A foreign profile is readable by everyone who knows its id, except for those whom it has blocked.
 */
export interface Users {
  /** `USER_EXISTS` when the id is taken, also by a softly deleted user. */
  create(actor: Actor, id: string, profile?: UserProfile): Promise<User>
  /** Rows stand alone: one that fails stops no other. At most 1,000. `admin`. */
  createMany(
    actor: Actor,
    rows: readonly { readonly id: string; readonly profile?: UserProfile }[],
  ): Promise<readonly UserCreateResult[]>
  exists(actor: Actor, id: string): Promise<boolean>
  /** `NOT_FOUND` when there is none. */
  get(actor: Actor, id: string): Promise<User>
  /** In the order asked; undefined where `get` would say `NOT_FOUND`. One store call. */
  getMany(actor: Actor, ids: readonly string[]): Promise<readonly (User | undefined)[]>
  /** Merge patch. With `version`, `CONFLICT` when someone else wrote in between. */
  update(actor: Actor, id: string, patch: UserPatch, options?: { readonly version?: Version }): Promise<User>
  /** A deactivated user can do nothing and is not discovered; what it wrote stays. */
  deactivate(actor: Actor, id: string): Promise<User>
  restore(actor: Actor, id: string): Promise<User>
  /** `soft` hides the user and can be restored; `hard` erases profile, presence and memberships. Messages stay, their author id with them. */
  delete(actor: Actor, id: string, options?: { readonly mode?: 'soft' | 'hard' }): Promise<void>
  /** By prefix of name, email or id, folded; never oneself, deactivated users, or those who have blocked the actor. */
  discover(
    actor: Actor,
    query?: PageRequest & { readonly prefix?: string; readonly presence?: Presence['status'] },
  ): Promise<Page<User>>
  block(actor: Actor, id: string): Promise<void>
  unblock(actor: Actor, id: string): Promise<void>
  blocked(actor: Actor): Promise<readonly string[]>
  /** Says "here I am"; repeat within 60 s to stay online. */
  heartbeat(actor: Actor, status?: 'online' | 'away'): Promise<Presence>
  presence(actor: Actor, ids: readonly string[]): Promise<readonly Presence[]>
}
