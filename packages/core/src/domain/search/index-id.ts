// Databases that keep an index cannot hold NUL in a text, and an id may be any Unicode.

/** An id as search indexes know it: without NUL. */
export function indexId(id: string): string {
  return id.includes('\u0000') || id.includes('%') ? id.replaceAll('%', '%25').replaceAll('\u0000', '%00') : id
}

/** The id that an index knows under this one. */
export function fromIndexId(id: string): string {
  return id.includes('%') ? id.replaceAll('%00', '\u0000').replaceAll('%25', '%') : id
}
