import type { JsonObject } from '../store/types.ts'

/** One stretch of a list, as ChatKit reads it: `after` continues it, and is there only when there is more. */
export interface ChatKitPage<T> {
  readonly data: readonly T[]
  readonly has_more: boolean
  readonly after?: string
}

/** The types of thread items that ChatKit knows. */
export type ChatKitItemType =
  | 'user_message'
  | 'assistant_message'
  | 'client_tool_call'
  | 'widget'
  | 'workflow'
  | 'task'
  | 'hidden_context_item'
  | 'sdk_hidden_context'
  | 'end_of_turn'
  | 'generated_image'
  | 'structured_input'

/** A thread item on the wire: its own fields beside these come back as they went in. Types that ChatKit adds later are kept, too. */
export interface ChatKitItem extends JsonObject {
  readonly id: string
  readonly thread_id: string
  /** ISO 8601. */
  readonly created_at: string
  readonly type: string
}

/** A thread on the wire: its own fields beside these come back as they went in, those that ChatKit adds later, too. */
export interface ChatKitThread {
  readonly id: string
  readonly created_at: string
  readonly title?: string | null
  readonly status?: { readonly type: 'active' | 'locked' | 'closed'; readonly reason?: string | null }
  /** Whose images its widgets may show. */
  readonly allowed_image_domains?: readonly string[] | null
  readonly metadata?: JsonObject
}

/** An attachment's record. Its bytes are the host's business. */
export interface ChatKitAttachment extends JsonObject {
  readonly id: string
  readonly name: string
  readonly mime_type: string
  readonly type: string
}

export type ChatKitOrder = 'asc' | 'desc'

/** What ChatKit asks of a store: fourteen methods, each with the host's request context last. */
export interface ChatKitStore<Context> {
  generateThreadId(context: Context): string
  generateItemId(itemType: string, thread: ChatKitThread, context: Context): string
  /** `NOT_FOUND` for what is missing or another's; never makes a thread. */
  loadThread(threadId: string, context: Context): Promise<ChatKitThread>
  /** Makes the thread or replaces title, status and metadata. Another's thread is `NOT_FOUND`. */
  saveThread(thread: ChatKitThread, context: Context): Promise<void>
  /** By creation. */
  loadThreads(
    limit: number,
    after: string | null | undefined,
    order: ChatKitOrder,
    context: Context,
  ): Promise<ChatKitPage<ChatKitThread>>
  deleteThread(threadId: string, context: Context): Promise<void>
  /** By place in the thread, `after` exclusive. Another's thread is an empty page. */
  loadThreadItems(
    threadId: string,
    after: string | null | undefined,
    limit: number,
    order: ChatKitOrder,
    context: Context,
  ): Promise<ChatKitPage<ChatKitItem>>
  /** Adds the item; one of that id in this thread is replaced in its place. */
  addThreadItem(threadId: string, item: ChatKitItem, context: Context): Promise<void>
  saveItem(threadId: string, item: ChatKitItem, context: Context): Promise<void>
  loadItem(threadId: string, itemId: string, context: Context): Promise<ChatKitItem>
  deleteThreadItem(threadId: string, itemId: string, context: Context): Promise<void>
  saveAttachment(attachment: ChatKitAttachment, context: Context): Promise<void>
  loadAttachment(attachmentId: string, context: Context): Promise<ChatKitAttachment>
  deleteAttachment(attachmentId: string, context: Context): Promise<void>
}
