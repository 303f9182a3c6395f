import { stderr } from 'node:process'

/** One line on standard error that says what is going on: rewritten in place on a terminal, else only every five seconds. */
export function showProgress(): { show(text: string): void; clear(): void } {
  let shownAt = 0
  return {
    show(text) {
      if (stderr.isTTY) stderr.write(`\r\x1b[2K${text}`)
      else if (performance.now() - shownAt > 5_000) {
        shownAt = performance.now()
        stderr.write(`${text}\n`)
      }
    },
    clear() {
      if (stderr.isTTY) stderr.write('\r\x1b[2K')
    },
  }
}
