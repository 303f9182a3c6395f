import type { UserContext } from '../../chatkit/chatkit-store.ts'
import { chatKitStore } from '../../chatkit/chatkit-store.ts'
import type { ChatKitItem, ChatKitStore, ChatKitThread } from '../../chatkit/chatkit-types.ts'
import type { DomainCase, World } from '../domain/domain-case.ts'
import { domainCase } from '../domain/domain-case.ts'

export const ada: UserContext = { user: { id: 'ada' } }
export const eve: UserContext = { user: { id: 'eve' } }

export interface ChatKitWorld extends World {
  readonly chatKit: ChatKitStore<UserContext>
  /** Saves a thread of ada's and answers it as it is read. */
  thread(id?: string, fields?: Partial<ChatKitThread>): Promise<ChatKitThread>
}

/** Builds a case about a `chatKitStore`. */
export function chatKitCase(name: string, body: (world: ChatKitWorld) => Promise<void>): DomainCase {
  return domainCase(`ChatKit: ${name}`, (world) => {
    const chatKit = chatKitStore(world.chat)
    async function thread(id = 't', fields: Partial<ChatKitThread> = {}): Promise<ChatKitThread> {
      await chatKit.saveThread({ id, created_at: '2026-01-01T00:00:00.000Z', ...fields }, ada)
      return chatKit.loadThread(id, ada)
    }
    return body({ ...world, chatKit, thread })
  })
}

/** An item of the thread `t`, as it comes over the wire. */
export function item(type: string, id: string, fields: object = {}): ChatKitItem {
  return { id, thread_id: 't', created_at: '2026-01-01T00:00:00.000Z', type, ...fields }
}

/** The ids of a page, whether there is more, and where it goes on. */
export function outline(page: {
  readonly data: readonly { readonly id: string }[]
  readonly has_more: boolean
  readonly after?: string
}): readonly unknown[] {
  return [page.data.map(({ id }) => id).join(' '), page.has_more, page.after ?? null]
}
