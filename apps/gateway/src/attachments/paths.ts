/** What the paths of attachments begin with. */
export const attachmentsRoot = '/attachments/'

/** Where the bytes of an attachment are put, by its owner with a token. */
export function uploadPath(attachmentId: string): string {
  return attachmentsRoot + encodeURIComponent(attachmentId)
}

/** Where the bytes of an attachment are read, by whoever holds the ticket. */
export function downloadPath(ticket: string): string {
  return attachmentsRoot + ticket
}

/** What stands after `/attachments/`; undefined for other paths and for texts that are no path. */
export function attachmentOf(path: string): string | undefined {
  if (!path.startsWith(attachmentsRoot)) return undefined
  try {
    return decodeURIComponent(path.slice(attachmentsRoot.length)) || undefined
  } catch {
    return undefined
  }
}
