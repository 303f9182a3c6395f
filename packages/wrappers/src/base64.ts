/** The bytes of a base64 text, or undefined when it is not exactly what `toString('base64')` writes. */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  // Node skips what is not base64; a text that was cut or touched must not pass.
  return bytes.toString('base64') === text ? bytes : undefined
}

/** The same for the URL-safe alphabet, with its padding. */
export function fromBase64Url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return toBase64Url(bytes) === text ? bytes : undefined
}

/** URL-safe base64 with its padding, as Fernet writes it. */
export function toBase64Url(bytes: Buffer): string {
  const text = bytes.toString('base64url')
  return text + '='.repeat(-text.length & 3)
}
