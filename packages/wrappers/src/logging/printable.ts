// Line breaks of every kind, other controls, and marks that reorder text: one record must stay one line, as it reads.
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/gu
const plain = /^[\w.:@/+=~|#*-]+$/

/** The text on one line, whatever it holds: nobody can forge a log line with a name or a message. */
export function printable(text: string): string {
  return text.replace(unprintable, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** A name as it is where that is unambiguous, else in quotes. */
export function printableName(name: unknown): string {
  if (typeof name !== 'string') return String(name)
  return plain.test(name) ? name : printable(JSON.stringify(name))
}
