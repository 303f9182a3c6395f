import type { Threadkeep } from '../domain/create-threadkeep.ts'
import type { Actor } from '../domain/kernel/actor.ts'
import { sameJson } from '../domain/kernel/validate.ts'
import { defaultTitle } from '../domain/threads/create.ts'
import type { Thread, ThreadStatus } from '../domain/threads/threads.types.ts'
import { isThreadkeepError, ThreadkeepError } from '../errors/threadkeep-error.ts'
import type { IdSource } from '../store/ids.ts'
import { createIds } from '../store/ids.ts'
import type { JsonObject } from '../store/types.ts'
import { itemToMessage, messageToItem } from './chatkit-item.ts'
import type { ChatKitItem, ChatKitPage, ChatKitStore, ChatKitThread } from './chatkit-types.ts'

/** The context of a host that follows ChatKit's examples. */
export interface UserContext {
  readonly user: { readonly id: string }
}

/** How a ChatKit store is set up. */
export interface ChatKitStoreOptions<Context> {
  /** Who is behind a request. Default: `context.user.id`, refused with `UNAUTHENTICATED` when there is none. */
  readonly userId?: (context: Context) => string
  readonly ids?: IdSource
}

/** As many as a page may have; longer ones are read in several. */
const pageSize = 100

const prefixes: Readonly<Record<string, string>> = {
  message: 'msg',
  tool_call: 'tc',
  task: 'tsk',
  workflow: 'wf',
  attachment: 'atc',
  thread: 'thr',
  hidden_context: 'hcx',
  sdk_hidden_context: 'shcx',
}

/**
 * Threads of a Threadkeep as ChatKit's server reads and writes them: every user sees its own threads only, ids cannot be guessed and
 * sort by time, and no write reaches another user's thread or item.
 */
export function chatKitStore<Context = UserContext>(
  threadkeep: Threadkeep,
  options: ChatKitStoreOptions<Context> = {},
): ChatKitStore<Context> {
  const { threads, messages, attachments } = threadkeep
  const ids = options.ids ?? createIds()
  const userIdOf =
    options.userId ?? ((context: Context) => (context as Partial<UserContext> | undefined)?.user?.id ?? '')

  /** The server reads and writes for the user, hidden context included. */
  function actorOf(context: Context): Actor {
    const userId = userIdOf(context)
    if (typeof userId !== 'string' || userId === '')
      throw new ThreadkeepError(
        'UNAUTHENTICATED',
        'The context names no user: pass { user: { id } }, or the option userId.',
      )
    return { userId, scopes: ['items:hidden'] }
  }

  /** Only words of the user's keep to the thread's status: the server may still answer, and tidy up, in a locked thread. */
  function speaker(context: Context): Actor {
    const { userId } = actorOf(context)
    return { userId, scopes: ['items:hidden', 'threads:inactive'] }
  }

  async function upsert(threadId: string, item: ChatKitItem, context: Context): Promise<void> {
    const message = itemToMessage(item)
    try {
      await messages.append(message.role === 'user' ? actorOf(context) : speaker(context), threadId, message)
    } catch (error) {
      if (!isThreadkeepError(error, 'MESSAGE_EXISTS')) throw error
      const { kind, data } = message
      await messages.restore(speaker(context), threadId, item.id)
      await messages.edit(speaker(context), threadId, item.id, { kind, data })
    }
  }

  /** Reads as many pages as it takes: ChatKit's server asks for any number at once. */
  async function readAll<T extends { readonly id: string }>(
    limit: number,
    after: string | null | undefined,
    read: (limit: number, after: string | undefined) => Promise<ChatKitPage<T>>,
  ): Promise<ChatKitPage<T>> {
    const data: T[] = []
    for (let anchor = after ?? undefined; ; ) {
      const page = await read(Math.min(limit - data.length, pageSize), anchor)
      data.push(...page.data)
      if (!page.has_more || data.length >= limit) return { ...page, data }
      anchor = page.after
    }
  }

  return {
    generateThreadId: () => ids.next('thr'),
    generateItemId: (itemType) => ids.next(prefixes[itemType] ?? itemType),

    async loadThread(threadId, context) {
      return toChatKitThread(await threads.get(actorOf(context), threadId))
    },

    async saveThread(thread, context) {
      const actor = actorOf(context)
      const title = thread.title || defaultTitle
      const metadata = metadataOf(thread)
      const made = await threads
        .create(actor, { id: thread.id, ifExists: 'return', title, metadata })
        .catch((error) => {
          throw isThreadkeepError(error, 'THREAD_EXISTS')
            ? new ThreadkeepError('NOT_FOUND', 'There is no such thread.')
            : error
        })
      if (title !== made.title || !sameJson(metadata, made.metadata))
        await threads.update(actor, thread.id, { title, metadata }, { replace: true })
      const status = statusOf(thread)
      if (status.type !== made.status.type || status.reason !== reasonOf(made.status))
        await threads.setStatus(actor, thread.id, status)
    },

    async loadThreads(limit, after, order, context) {
      const actor = actorOf(context)
      return readAll(limit, after, async (first, afterId) => {
        const place = { sort: 'created', direction: order, first, ...(afterId && { afterId }) } as const
        const page = await threads.list(actor, { ...place, filter: { archived: 'any' } })
        return toPage(page.items.map(toChatKitThread), page.hasNext)
      })
    },

    async deleteThread(threadId, context) {
      await ignoreMissing(threads.delete(actorOf(context), threadId))
    },

    async loadThreadItems(threadId, after, limit, order, context) {
      const actor = actorOf(context)
      if (!(await threads.getMany(actor, [threadId]))[0]) return { data: [], has_more: false }
      return readAll(limit, after, async (count, anchor) => {
        if (order === 'desc') {
          const page = await messages.page(actor, threadId, { last: count, ...(anchor && { beforeId: anchor }) })
          return toPage(page.items.map(messageToItem).reverse(), page.hasPrevious)
        }
        const page = await messages.page(actor, threadId, { first: count, ...(anchor && { afterId: anchor }) })
        return toPage(page.items.map(messageToItem), page.hasNext)
      })
    },

    addThreadItem: upsert,
    saveItem: upsert,

    async loadItem(threadId, itemId, context) {
      const message = await messages.get(actorOf(context), threadId, itemId)
      if (message.deletedAt !== undefined) throw new ThreadkeepError('NOT_FOUND', 'There is no such message.')
      return messageToItem(message)
    },

    async deleteThreadItem(threadId, itemId, context) {
      await ignoreMissing(messages.delete(speaker(context), threadId, itemId))
    },

    async saveAttachment(attachment, context) {
      const actor = actorOf(context)
      const { id, name, mime_type: mimeType } = attachment
      // A merge patch replaces a list whole: what the last one had is gone, and null stays null.
      const metadata = { chatkit: [attachment] }
      try {
        await attachments.create(actor, { id, name, mimeType, metadata, external: true })
      } catch (error) {
        if (!isThreadkeepError(error, 'CONFLICT')) throw error
        await attachments.update(actor, id, { name, metadata })
      }
    },

    async loadAttachment(attachmentId, context) {
      const { id, name, mimeType, metadata } = await attachments.get(actorOf(context), attachmentId)
      const [saved] = (metadata['chatkit'] ?? []) as readonly JsonObject[]
      return { type: mimeType.startsWith('image/') ? 'image' : 'file', mime_type: mimeType, ...saved, id, name }
    },

    async deleteAttachment(attachmentId, context) {
      await ignoreMissing(attachments.delete(actorOf(context), attachmentId))
    },
  }
}

function toPage<T extends { readonly id: string }>(data: readonly T[], more: boolean): ChatKitPage<T> {
  const last = data[data.length - 1]
  return more && last ? { data, has_more: true, after: last.id } : { data, has_more: false }
}

/** Fields that a Threadkeep has no place for stay in the metadata, under a name of their own. */
const otherFields = 'chatkit.fields'

function metadataOf({ id, created_at, title, status, metadata = {}, ...others }: ChatKitThread): JsonObject {
  return Object.keys(others).length === 0 ? metadata : { ...metadata, [otherFields]: others as JsonObject }
}

function toChatKitThread({ id, title, status, metadata, createdAt }: Thread): ChatKitThread {
  const { [otherFields]: others, ...own } = metadata
  return {
    ...(others as JsonObject | undefined),
    id,
    created_at: new Date(createdAt).toISOString(),
    title: title === defaultTitle ? null : title,
    status,
    metadata: own,
  }
}

function statusOf({ status }: ChatKitThread): ThreadStatus & { readonly reason?: string } {
  if (!status || status.type === 'active') return { type: 'active' }
  return { type: status.type, ...(status.reason && { reason: status.reason }) }
}

function reasonOf(status: ThreadStatus): string | undefined {
  return status.type === 'active' ? undefined : status.reason
}

async function ignoreMissing(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!isThreadkeepError(error, 'NOT_FOUND')) throw error
  }
}
