import type { SearchChange, SearchDocument } from '../ports/search-index.ts'

/** What is left to do in one thread. */
export interface SettledThread {
  /** Everything filed before goes. */
  readonly clear: boolean
  /** By message id: what it becomes, or undefined when it goes. */
  readonly messages: ReadonlyMap<string, SearchDocument | undefined>
}

/** What changes come to when they are made in their order, by thread id: each thread cleared first or not, each message once. */
export function settleChanges(changes: readonly SearchChange[]): ReadonlyMap<string, SettledThread> {
  const threads = new Map<string, { clear: boolean; messages: Map<string, SearchDocument | undefined> }>()
  for (const change of changes) {
    const threadId = change.type === 'put' ? change.document.threadId : change.threadId
    if (change.type === 'deleteThread') {
      threads.set(threadId, { clear: true, messages: new Map() })
      continue
    }
    const thread = threads.get(threadId) ?? { clear: false, messages: new Map() }
    threads.set(threadId, thread)
    if (change.type === 'put') thread.messages.set(change.document.messageId, change.document)
    else thread.messages.set(change.messageId, undefined)
  }
  return threads
}
