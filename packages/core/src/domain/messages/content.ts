import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { Json, JsonObject } from '../../store/types.ts'
import type { MessageFacts } from '../events/event.ts'
import type { Limits } from '../kernel/limits.ts'
import type { MessageRecord } from '../kernel/records.ts'
import { assertObjectWithin, codePoints, copyJson } from '../kernel/validate.ts'
import type { Content, ContentPart } from './messages.types.ts'

const maxDataDepth = 32

/** The text of a content: its text parts, a line each. */
export function textOf(content: Content | undefined): string {
  if (content === undefined) return ''
  if (typeof content === 'string') return content
  return content.flatMap((part) => (part.type === 'text' ? [(part as { text: string }).text] : [])).join('\n')
}

/** What an item says: the text of its content, or of the parts that its data holds (the items of AI assistants keep them there). */
export function spokenText({ content, data }: Pick<MessageRecord, 'content' | 'data'>): string {
  if (content !== undefined) return textOf(content)
  const parts = data?.['content']
  if (!Array.isArray(parts)) return ''
  return parts.flatMap((part) => (typeof part?.text === 'string' ? [part.text as string] : [])).join('\n')
}

/**
 * The caller's content as an own copy. Text is 1 to `maxContentLength` code points and not blank; parts need a type, and
 * at least one of them must say something. `INVALID_CONTENT` otherwise.
 */
export function checkContent(content: unknown, limits: Limits): Content {
  if (typeof content === 'string') {
    checkText(content, limits)
    return content
  }
  if (!Array.isArray(content) || content.length === 0 || content.length > limits.maxContentParts) {
    throw refuse(`Content is a text, or a list of 1 to ${limits.maxContentParts} parts.`)
  }
  try {
    assertObjectWithin({ content }, 'content', limits.maxDataBytes, maxDataDepth)
  } catch (cause) {
    throw refuse((cause as Error).message, cause)
  }
  const parts = content as readonly unknown[]
  for (const part of parts) {
    if (typeof part !== 'object' || part === null || typeof (part as ContentPart).type !== 'string')
      throw refuse('Every part of a content is an object with a type.')
    if ((part as ContentPart).type === 'text' && typeof (part as { text?: unknown }).text !== 'string')
      throw refuse('A text part has a text.')
  }
  const text = textOf(parts as readonly ContentPart[])
  if (parts.every((part) => (part as ContentPart).type === 'text')) checkText(text, limits)
  else if (codePoints(text) > limits.maxContentLength) throw tooLong(text, limits)
  return copyJson(parts as Json) as unknown as Content
}

function checkText(text: string, limits: Limits): void {
  if (!text.isWellFormed()) throw refuse('Content must be well-formed text: it holds a lone surrogate.')
  if (text.trim() === '') throw refuse('Content must not be blank.')
  if (text.length > limits.maxContentLength && codePoints(text) > limits.maxContentLength) throw tooLong(text, limits)
}

function tooLong(text: string, limits: Limits): ThreadkeepError {
  const length = codePoints(text)
  return new ThreadkeepError(
    'INVALID_CONTENT',
    `Content has at most ${limits.maxContentLength} characters; this has ${length}.`,
    {
      details: { max: limits.maxContentLength, length },
    },
  )
}

/** The data of an item that is more than text, as an own copy: plain JSON within the bounds, else `INVALID_CONTENT`. */
export function checkData(data: unknown, limits: Limits): JsonObject {
  try {
    assertObjectWithin(data, 'data', limits.maxDataBytes, maxDataDepth)
  } catch (cause) {
    throw refuse((cause as Error).message, cause)
  }
  return copyJson(data)
}

/** The countable side of a message. */
export function factsOf(record: MessageRecord): MessageFacts {
  const { role, kind, authorId, createdAt } = record
  return { role, kind, authorId, createdAt, length: codePoints(spokenText(record)), bytes: bytesOf(record) }
}

function bytesOf({ content, data, metadata }: MessageRecord): number {
  let bytes =
    typeof content === 'string'
      ? Buffer.byteLength(content)
      : content === undefined
        ? 0
        : Buffer.byteLength(JSON.stringify(content))
  if (data !== undefined) bytes += Buffer.byteLength(JSON.stringify(data))
  for (const _ in metadata) return bytes + Buffer.byteLength(JSON.stringify(metadata))
  return bytes
}

function refuse(message: string, cause?: unknown): ThreadkeepError {
  return new ThreadkeepError('INVALID_CONTENT', message, cause === undefined ? {} : { cause })
}
