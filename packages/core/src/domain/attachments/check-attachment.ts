import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { JsonObject } from '../../store/types.ts'
import type { Limits } from '../kernel/limits.ts'
import { assertMetadata, assertText, copyJson } from '../kernel/validate.ts'
import type { NewAttachment } from './attachments.types.ts'

const mimeType = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/

/** Refuses a malformed attachment: names are text, types are `type/subtype` and allowed, sizes within the limit. */
export function checkNewAttachment(
  input: NewAttachment,
  limits: Limits,
): { name: string; mimeType: string; metadata: JsonObject; size?: number; sha256?: string; external?: true } {
  const { name, size, sha256, metadata } = input
  assertText(name, 'A file name', 1, 255)
  const type = String(input.mimeType).toLowerCase()
  if (!mimeType.test(type)) throw new ThreadkeepError('INVALID', 'A mimeType is type/subtype, such as image/png.')
  const allowed = limits.attachmentTypes
  if (allowed.length > 0 && !allowed.includes(type) && !allowed.includes(`${type.split('/')[0]}/*`)) {
    throw new ThreadkeepError('INVALID', `Files of the type ${type} are not accepted.`, { details: { allowed } })
  }
  if (size !== undefined) {
    if (!Number.isSafeInteger(size) || size < 0)
      throw new ThreadkeepError('INVALID', 'A size is a whole number of bytes.')
    if (size > limits.maxAttachmentBytes)
      throw new ThreadkeepError('TOO_LARGE', `An attachment has at most ${limits.maxAttachmentBytes} bytes.`, {
        details: { max: limits.maxAttachmentBytes },
      })
  }
  if (sha256 !== undefined && !/^[0-9a-fA-F]{64}$/.test(sha256))
    throw new ThreadkeepError('INVALID', 'A sha256 is 64 hexadecimal digits.')
  if (metadata !== undefined) assertMetadata(metadata, limits)
  return {
    name,
    mimeType: type,
    metadata: metadata === undefined ? {} : copyJson(metadata),
    // What is kept elsewhere takes up no room here.
    ...(input.external && { external: true as const }),
    ...(size !== undefined && !input.external && { size }),
    ...(sha256 !== undefined && { sha256: sha256.toLowerCase() }),
  }
}
