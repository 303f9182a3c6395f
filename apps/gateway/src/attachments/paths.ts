const root = '/attachments/'

/** Where the bytes of an attachment are put, by its owner with a token. */
export function uploadPath(attachmentId: string): string {
  return root + encodeURIComponent(attachmentId)
}

/** Where the bytes of an attachment are read, by whoever holds the ticket. */
export function downloadPath(ticket: string): string {
  return root + ticket
}

/** What stands after `/attachments/`; undefined for other paths and for texts that are no path. */
export function attachmentOf(path: string): string | undefined {
  if (!path.startsWith(root)) return undefined
  try {
    return decodeURIComponent(path.slice(root.length)) || undefined
  } catch {
    return undefined
  }
}
