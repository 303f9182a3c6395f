import type { Content, ContentPart } from '@threadkeep/core'
import { ThreadkeepError } from '@threadkeep/core/store'

/** The text of a content; its text parts as lines, where it has parts. */
export function contentText(content: Content | undefined): string | undefined {
  return typeof content === 'object' ? content.flatMap(textOfPart).join('\n') : content
}

/** The parts of a content in order; a plain text is one part. */
export function contentParts(content: Content | undefined): readonly ContentPart[] | undefined {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content
}

/** An input with its content as the domain takes it: a text, or parts. `INVALID_CONTENT` when both are given. */
export function readContent<T extends { readonly content?: string; readonly parts?: readonly ContentPart[] }>(
  input: T,
): Omit<T, 'content' | 'parts'> & { readonly content?: Content } {
  const { content, parts, ...rest } = input
  if (content !== undefined && parts !== undefined)
    throw new ThreadkeepError('INVALID_CONTENT', 'Give the content as text or as parts, not both.')
  const chosen = parts ?? content
  return chosen === undefined ? rest : { ...rest, content: chosen }
}

function textOfPart(part: ContentPart): string[] {
  return part.type === 'text' ? [(part as { readonly text: string }).text] : []
}
