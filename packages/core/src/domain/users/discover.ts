import { compareBytes } from '../../store/keys.ts'
import type { Change } from '../../store/types.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { at, names, token } from '../kernel/names.ts'
import type { Page } from '../kernel/page.ts'
import { pageOf, readPageRequest } from '../kernel/page-request.ts'
import type { UserRecord } from '../kernel/records.ts'
import { asRecord } from '../kernel/records.ts'
import { fold } from '../kernel/validate.ts'
import { createPresence } from './presence.ts'
import { toUser } from './to-user.ts'
import type { User, Users } from './users.types.ts'

type Query = NonNullable<Parameters<Users['discover']>[1]>

const chunk = 200
const maxTerm = 64

/** What a user can be found by: id, name, each word of the name, e-mail; folded, each once. */
function termsOf(record: UserRecord | undefined): Set<string> {
  if (!record || record.deletedAt !== undefined || record.deactivatedAt !== undefined) return new Set()
  const { id, name = '', email = '' } = record
  return new Set([id, name, email, ...name.split(/\s+/)].map(termOf).filter((term) => term !== ''))
}

/** A folded term as a key part: keys have no control characters and no slash inside. */
function termOf(text: string): string {
  return Array.from(
    fold(text)
      .trim()
      .replace(/[\u0000-\u001f\u007f-\u009f/]/g, ' '),
  )
    .slice(0, maxTerm)
    .join('')
}

/** The changes that keep the discovery index with a user's record, for the same commit. */
export function indexChanges(before: UserRecord | undefined, after: UserRecord | undefined): Change[] {
  const [old, now] = [termsOf(before), termsOf(after)]
  const id = (after ?? before)!.id
  return [
    ...[...old]
      .filter((term) => !now.has(term))
      .map((term): Change => ({ type: 'delete', at: at(names.userNames, `${term}/${token(id)}`) })),
    ...[...now]
      .filter((term) => !old.has(term))
      .map((term): Change => ({ type: 'put', at: at(names.userNames, `${term}/${token(id)}`), value: { userId: id } })),
  ]
}

/** `users.discover`: walks the index from the prefix on; each person once, at the first of their terms. */
export function createDiscovery(context: Context): Users['discover'] {
  const { store, limits } = context
  const { presence } = createPresence(context)

  async function visible(actor: Actor, ids: readonly string[], status: Query['presence']): Promise<Map<string, User>> {
    const entries = await store.get(
      ids.flatMap((id) => [at(names.users, token(id)), at(names.blocks(id), token(actor.userId))]),
    )
    const seen = status === undefined ? [] : await presence(actor, ids)
    const found = new Map<string, User>()
    ids.forEach((id, i) => {
      const [user, block] = [entries[2 * i], entries[2 * i + 1]]
      if (!user || block || id === actor.userId || (status !== undefined && seen[i]!.status !== status)) return
      const record = asRecord<UserRecord>(user.value)
      if (record.deletedAt === undefined && record.deactivatedAt === undefined)
        found.set(id, toUser(record, user.version))
    })
    return found
  }

  return async function discover(actor: Actor, query: Query = {}): Promise<Page<User>> {
    const prefix = termOf(query.prefix ?? '')
    const cursors = await context.cursors()
    const scope = `discover:${token(actor.userId)}:${prefix}:${query.presence ?? ''}`
    const slice = readPageRequest(query, limits, cursors, scope)
    const [start, end] = [slice.after?.[0], slice.before?.[0]] as [string | undefined, string | undefined]
    const bounds = { prefix, ...(start !== undefined && { after: start }), ...(end !== undefined && { before: end }) }

    /** Walks until `limit` people are found. A person stands where its smallest matching term stands. */
    async function walk(range: typeof bounds & { reverse: boolean }, limit: number): Promise<Map<User, string>> {
      const found = new Map<User, string>()
      let position = range
      for (;;) {
        const entries = await store.list(names.userNames, { ...position, limit: chunk })
        const people = await visible(
          actor,
          [...new Set(entries.map(({ value }) => value['userId'] as string))],
          query.presence,
        )
        for (const { key, value } of entries) {
          const user = people.get(value['userId'] as string)
          if (!user || key !== firstKey(user, prefix)) continue
          found.set(user, key)
          if (found.size === limit) return found
        }
        if (entries.length < chunk) return found
        const last = entries[entries.length - 1]!.key
        position = range.reverse ? { ...range, before: last } : { ...range, after: last }
      }
    }

    /** Whether anybody stands at the anchor or on its far side: who stood there may be gone. */
    async function isBeyond(anchor: string): Promise<boolean> {
      const [entry] = await store.get([at(names.userNames, anchor)])
      const id = entry?.value['userId'] as string | undefined
      const user = id === undefined ? undefined : (await visible(actor, [id], query.presence)).get(id)
      if (user && firstKey(user, prefix) === anchor) return true
      const range = { prefix, ...(slice.forward ? { before: anchor } : { after: anchor }), reverse: slice.forward }
      return (await walk(range, 1)).size > 0
    }

    const anchor = slice.forward ? start : end
    const [found, other] = await Promise.all([
      walk({ ...bounds, reverse: !slice.forward }, slice.limit + 1),
      anchor !== undefined && isBeyond(anchor),
    ])
    const more = found.size > slice.limit
    const users = [...found.keys()].slice(0, slice.limit)
    if (!slice.forward) users.reverse()
    return pageOf(users, slice.forward ? { next: more, previous: other } : { next: other, previous: more }, (user) =>
      cursors.encode(scope, [found.get(user)!]),
    )
  }
}

function firstKey(user: User, prefix: string): string {
  const terms = [...termsOf({ ...user, eventSeq: 0 })]
    .filter((term) => term.startsWith(prefix))
    .map((term) => `${term}/${token(user.id)}`)
  return terms.sort(compareBytes)[0] ?? ''
}
