import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { JsonObject } from '../../store/types.ts'
import type { MessageRecord } from '../kernel/records.ts'
import { spokenText } from './content.ts'
import type { Content } from './messages.types.ts'

/** What the domain knows of one kind of item. Everything is optional: an unknown kind is kept and shown as it is. */
export interface MessageKind {
  readonly name: string
  /** Only actors with the scope `items:hidden` see it. */
  readonly hidden?: boolean
  /** Says what is wrong with the data, or undefined. */
  readonly validate?: (data: JsonObject | undefined) => string | undefined
  /** What people may find it by. Default: its text. */
  readonly text?: (message: MessageRecord) => string
}

/** The kinds of one Threadkeep. */
export interface Kinds {
  get(name: string): MessageKind | undefined
  isHidden(name: string): boolean
  /** The text by which an item is found. */
  searchText(message: MessageRecord): string
}

/** Refuses what cannot be the name of a kind: `INVALID`. */
export function assertKind(kind: unknown): asserts kind is string {
  if (typeof kind !== 'string' || !/^[a-z][a-z0-9_.-]{0,63}$/.test(kind))
    throw new ThreadkeepError('INVALID', 'A kind is 1 to 64 of a-z, 0-9, _, . and -.')
}

/** Refuses what a kind cannot hold: `INVALID_CONTENT`. */
export function assertFits(
  kinds: Kinds,
  kind: string,
  content: Content | undefined,
  data: JsonObject | undefined,
): void {
  if (kind === 'message' && content === undefined)
    throw new ThreadkeepError('INVALID_CONTENT', 'A message has content.')
  const wrong = kinds.get(kind)?.validate?.(data)
  if (wrong !== undefined) throw new ThreadkeepError('INVALID_CONTENT', `Not a ${kind}: ${wrong}.`)
}

/** A registry with the built-in kinds, and `extra` beside or instead of them. */
export function createKinds(extra: readonly MessageKind[] = []): Kinds {
  const kinds = new Map([...builtInKinds, ...extra].map((kind) => [kind.name, kind]))
  return {
    get: (name) => kinds.get(name),
    isHidden: (name) => kinds.get(name)?.hidden === true,
    searchText: (message) => kinds.get(message.kind)?.text?.(message) ?? spokenText(message),
  }
}

const needs =
  (name: string, type: 'string' | 'object') =>
  (data: JsonObject | undefined): string | undefined => {
    const value = data?.[name]
    const fits = type === 'string' ? typeof value === 'string' : typeof value === 'object' && value !== null
    return fits ? undefined : `data.${name} must be ${type === 'string' ? 'a text' : 'an object'}`
  }

const textField = (message: MessageRecord, ...fields: string[]): string =>
  [spokenText(message), ...fields.map((field) => message.data?.[field])]
    .filter((text) => typeof text === 'string' && text !== '')
    .join('\n')

/** The kinds that everyone has: plain messages and the items of AI assistants. */
export const builtInKinds: readonly MessageKind[] = [
  { name: 'message' },
  { name: 'user_message' },
  { name: 'assistant_message' },
  { name: 'tool_call', validate: needs('name', 'string'), text: (message) => textField(message, 'name') },
  { name: 'widget', validate: needs('widget', 'object'), text: (message) => textField(message, 'copy_text') },
  { name: 'workflow', validate: needs('workflow', 'object') },
  { name: 'task', validate: needs('task', 'object') },
  { name: 'image' },
  { name: 'structured_input' },
  { name: 'end_of_turn' },
  { name: 'hidden_context', hidden: true },
  { name: 'sdk_hidden_context', hidden: true },
]
