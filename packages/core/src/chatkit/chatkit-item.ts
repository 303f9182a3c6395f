import type { Message, NewMessage, Role } from '../domain/messages/messages.types.ts'
import { ThreadkeepError } from '../errors/threadkeep-error.ts'
import type { JsonObject } from '../store/types.ts'
import type { ChatKitItem } from './chatkit-types.ts'

/** ChatKit's name of a type, and what it is here. All others keep their name and speak as the assistant. */
const known: readonly (readonly [type: string, kind: string, role: Role])[] = [
  ['user_message', 'user_message', 'user'],
  ['client_tool_call', 'tool_call', 'tool'],
  ['generated_image', 'image', 'assistant'],
  ['hidden_context_item', 'hidden_context', 'system'],
  ['sdk_hidden_context', 'sdk_hidden_context', 'system'],
  ['end_of_turn', 'end_of_turn', 'system'],
]
const byType = new Map(known.map((row) => [row[0], row]))
const typeOfKind = new Map(known.map(([type, kind]) => [kind, type]))

/** A ChatKit item as a message: what it holds beside its id and thread travels in `data`, unchanged. */
export function itemToMessage(item: ChatKitItem): NewMessage & { readonly kind: string; readonly data: JsonObject } {
  if (typeof item !== 'object' || item === null || typeof item.type !== 'string')
    throw new ThreadkeepError('INVALID', 'A thread item is an object with a type.')
  const { id, thread_id, type, ...data } = item
  const [, kind, role] = byType.get(type) ?? [type, type, 'assistant' as const]
  return { id, kind, role, data: data as JsonObject }
}

/** The ChatKit item that a message is. Messages written by other means show as ChatKit's messages. */
export function messageToItem({ id, threadId, kind, role, content, data, createdAt }: Message): ChatKitItem {
  const base = { id, thread_id: threadId, created_at: new Date(createdAt).toISOString() }
  if (kind !== 'message') return { ...base, ...data, type: typeOfKind.get(kind) ?? kind }
  const texts =
    typeof content === 'string'
      ? [content]
      : (content ?? []).flatMap((part) => (part.type === 'text' ? [(part as { text: string }).text] : []))
  if (role === 'user')
    return {
      ...base,
      type: 'user_message',
      content: texts.map((text) => ({ type: 'input_text', text })),
      attachments: [],
      inference_options: {},
    }
  return {
    ...base,
    type: 'assistant_message',
    content: texts.map((text) => ({ type: 'output_text', text, annotations: [] })),
  }
}
