/** What a driver's error says. One that stands for several has no message of its own, but a code. */
export function errorText(error: unknown): string {
  const { message, code } = error as { message: string; code?: string }
  return message || String(code)
}
