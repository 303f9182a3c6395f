import { createHash } from 'node:crypto'
import type { Context } from '../kernel/context.ts'

/** A key that no blob has had yet. It is made of no text of a user's. */
export function newBlobKey(context: Context, attachmentId: string): string {
  return `att_${createHash('sha256')
    .update(`${attachmentId}\n${context.ids.next('blob')}`)
    .digest('hex')}`
}
