import type {
  Actor,
  Attachment,
  Message,
  Opinion,
  Presence,
  Thread,
  Threadkeep,
  ThreadStats,
  Unread,
  User,
} from '@threadkeep/core'
import type { BatchLoader } from './batch-loader.ts'
import { batchLoader, createDispatch } from './batch-loader.ts'

/** Where a message stands. */
type MessageRef = Pick<Message, 'threadId' | 'seq'>

/** What resolvers of one request load together. Undefined: there is none, or not for this actor. */
export interface Loaders {
  readonly user: BatchLoader<string, User>
  readonly presence: BatchLoader<string, Presence>
  readonly thread: BatchLoader<string, Thread>
  readonly lastMessage: BatchLoader<string, Message>
  readonly unread: BatchLoader<string, Unread>
  readonly threadStats: BatchLoader<string, ThreadStats>
  readonly attachment: BatchLoader<string, Attachment>
  readonly opinions: BatchLoader<MessageRef, readonly Opinion[]>
}

/** Loaders for one request of one actor, each made when it is first wanted: nothing they know outlives it or reaches another. */
export function createLoaders(keep: Threadkeep, actor: Actor): Loaders {
  const dispatch = createDispatch()
  const made: { -readonly [name in keyof Loaders]?: Loaders[name] } = {}
  return {
    get user() {
      made.user ??= batchLoader(dispatch, (ids) => keep.users.getMany(actor, ids))
      return made.user
    },
    get presence() {
      made.presence ??= batchLoader(dispatch, (ids) => keep.users.presence(actor, ids))
      return made.presence
    },
    get thread() {
      made.thread ??= batchLoader(dispatch, (ids) => keep.threads.getMany(actor, ids))
      return made.thread
    },
    get lastMessage() {
      made.lastMessage ??= batchLoader(dispatch, (ids) => keep.messages.last(actor, ids))
      return made.lastMessage
    },
    get unread() {
      made.unread ??= batchLoader(dispatch, async (ids) => {
        const counts = new Map((await keep.messages.unread(actor, ids)).map((one) => [one.threadId, one]))
        return ids.map((id) => counts.get(id))
      })
      return made.unread
    },
    get threadStats() {
      made.threadStats ??= batchLoader(dispatch, (ids) => keep.stats.threads(actor, ids))
      return made.threadStats
    },
    get attachment() {
      made.attachment ??= batchLoader(dispatch, (ids) => keep.attachments.getMany(actor, ids))
      return made.attachment
    },
    get opinions() {
      made.opinions ??= batchLoader(
        dispatch,
        (refs) => keep.messages.feedbackOfMany(actor, refs),
        ({ threadId, seq }) => `${seq} ${threadId}`,
      )
      return made.opinions
    },
  }
}
