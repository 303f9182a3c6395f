import type {
  Actor,
  Attachment,
  Message,
  Presence,
  Thread,
  Threadkeep,
  ThreadStats,
  Unread,
  User,
} from '@threadkeep/core'
import type { BatchLoader } from './batch-loader.ts'
import { batchLoader, createDispatch } from './batch-loader.ts'

/** What resolvers of one request load together. Undefined: there is none, or not for this actor. */
export interface Loaders {
  readonly user: BatchLoader<string, User>
  readonly presence: BatchLoader<string, Presence>
  readonly thread: BatchLoader<string, Thread>
  readonly lastMessage: BatchLoader<string, Message>
  readonly unread: BatchLoader<string, Unread>
  readonly threadStats: BatchLoader<string, ThreadStats>
  readonly attachment: BatchLoader<string, Attachment>
}

/** Loaders for one request of one actor: nothing they know outlives it or reaches another. */
export function createLoaders(keep: Threadkeep, actor: Actor): Loaders {
  const dispatch = createDispatch()
  return {
    user: batchLoader(dispatch, (ids: readonly string[]) => keep.users.getMany(actor, ids)),
    presence: batchLoader(dispatch, (ids: readonly string[]) => keep.users.presence(actor, ids)),
    thread: batchLoader(dispatch, (ids: readonly string[]) => keep.threads.getMany(actor, ids)),
    lastMessage: batchLoader(dispatch, (ids: readonly string[]) => keep.messages.last(actor, ids)),
    unread: batchLoader(dispatch, async (ids: readonly string[]) => {
      const counts = new Map((await keep.messages.unread(actor, ids)).map((one) => [one.threadId, one]))
      return ids.map((id) => counts.get(id))
    }),
    threadStats: batchLoader(dispatch, (ids: readonly string[]) => keep.stats.threads(actor, ids)),
    attachment: batchLoader(dispatch, (ids: readonly string[]) => keep.attachments.getMany(actor, ids)),
  }
}
