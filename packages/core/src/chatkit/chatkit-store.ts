import type { Threadkeep } from '../domain/create-threadkeep.ts'
import type { Actor } from '../domain/kernel/actor.ts'
import { defaultTitle } from '../domain/threads/create.ts'
import type { Thread, ThreadStatus } from '../domain/threads/threads.types.ts'
import { isThreadkeepError, ThreadkeepError } from '../errors/threadkeep-error.ts'
import type { IdSource } from '../store/ids.ts'
import { createIds } from '../store/ids.ts'
import type { Json, JsonObject } from '../store/types.ts'
import { itemToMessage, messageToItem } from './chatkit-item.ts'
import type { ChatKitAttachment, ChatKitItem, ChatKitPage, ChatKitStore, ChatKitThread } from './chatkit-types.ts'

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

const prefixes: Readonly<Record<string, string>> = {
  message: 'msg',
  tool_call: 'tc',
  task: 'tsk',
  workflow: 'wf',
  attachment: 'atc',
  thread: 'thr',
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

  async function upsert(actor: Actor, threadId: string, item: ChatKitItem): Promise<void> {
    const message = itemToMessage(item)
    try {
      await messages.append(actor, threadId, message)
    } catch (error) {
      if (!isThreadkeepError(error, 'MESSAGE_EXISTS')) throw error
      await messages.restore(actor, threadId, item.id)
      await messages.edit(actor, threadId, item.id, { data: message.data })
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
      const title = thread.title ?? undefined
      const made = await threads
        .create(actor, { id: thread.id, ifExists: 'return', metadata: thread.metadata ?? {}, ...(title && { title }) })
        .catch((error) => {
          throw isThreadkeepError(error, 'THREAD_EXISTS')
            ? new ThreadkeepError('NOT_FOUND', 'There is no such thread.')
            : error
        })
      const metadata = replacement(made.metadata, thread.metadata ?? {})
      const titled = title || defaultTitle
      if (titled !== made.title || Object.keys(metadata).length > 0)
        await threads.update(actor, thread.id, { title: titled, metadata })
      const status = statusOf(thread)
      if (status.type !== made.status.type || status.reason !== reasonOf(made.status))
        await threads.setStatus(actor, thread.id, status)
    },

    async loadThreads(limit, after, order, context) {
      const page = await threads.list(actorOf(context), {
        sort: 'created',
        direction: order,
        first: limit,
        filter: { archived: 'any' },
        ...(after && { afterId: after }),
      })
      return toPage(page.items.map(toChatKitThread), page.hasNext)
    },

    async deleteThread(threadId, context) {
      await ignoreMissing(threads.delete(actorOf(context), threadId))
    },

    async loadThreadItems(threadId, after, limit, order, context) {
      const actor = actorOf(context)
      if (!(await threads.getMany(actor, [threadId]))[0]) return { data: [], has_more: false }
      const ascending = order !== 'desc'
      const anchor = after ? (ascending ? { afterId: after } : { beforeId: after }) : {}
      const page = await messages.page(actor, threadId, {
        ...(ascending ? { first: limit } : { last: limit }),
        ...anchor,
      })
      const items = page.items.map(messageToItem)
      return toPage(ascending ? items : items.reverse(), ascending ? page.hasNext : page.hasPrevious)
    },

    addThreadItem: async (threadId, item, context) => upsert(actorOf(context), threadId, item),
    saveItem: async (threadId, item, context) => upsert(actorOf(context), threadId, item),

    async loadItem(threadId, itemId, context) {
      const message = await messages.get(actorOf(context), threadId, itemId)
      if (message.deletedAt !== undefined) throw new ThreadkeepError('NOT_FOUND', 'There is no such message.')
      return messageToItem(message)
    },

    async deleteThreadItem(threadId, itemId, context) {
      await ignoreMissing(messages.delete(actorOf(context), threadId, itemId))
    },

    async saveAttachment(attachment, context) {
      const actor = actorOf(context)
      const { id, name, mime_type, ...rest } = attachment
      const metadata: JsonObject = { chatkit: rest as JsonObject }
      try {
        await attachments.create(actor, { id, name, mimeType: mime_type, metadata, external: true })
      } catch (error) {
        if (!isThreadkeepError(error, 'CONFLICT')) throw error
        const known = await attachments.get(actor, id)
        await attachments.update(actor, id, { name, metadata: replacement(known.metadata, metadata) })
      }
    },

    async loadAttachment(attachmentId, context) {
      const { id, name, mimeType, metadata } = await attachments.get(actorOf(context), attachmentId)
      return { ...(metadata['chatkit'] as JsonObject | undefined), id, name, mime_type: mimeType } as ChatKitAttachment
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

function toChatKitThread({ id, title, status, metadata, createdAt }: Thread): ChatKitThread {
  return {
    id,
    created_at: new Date(createdAt).toISOString(),
    title: title === defaultTitle ? null : title,
    status,
    metadata,
  }
}

function statusOf({ status }: ChatKitThread): ThreadStatus & { readonly reason?: string } {
  if (!status || status.type === 'active') return { type: 'active' }
  return { type: status.type, ...(status.reason && { reason: status.reason }) }
}

function reasonOf(status: ThreadStatus): string | undefined {
  return status.type === 'active' ? undefined : status.reason
}

/** The merge patch that turns one object into another. */
function replacement(from: JsonObject, to: JsonObject): JsonObject {
  const patch: Record<string, Json> = {}
  for (const name of Object.keys(from)) if (!Object.hasOwn(to, name)) patch[name] = null
  for (const name of Object.keys(to)) patch[name] = deepReplacement(from[name], to[name]!)
  return patch
}

function deepReplacement(from: Json | undefined, to: Json): Json {
  return isObject(from) && isObject(to) ? replacement(from, to) : to
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

async function ignoreMissing(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!isThreadkeepError(error, 'NOT_FOUND')) throw error
  }
}
