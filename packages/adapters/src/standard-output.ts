/** Where a log writes its lines. */
export interface LineSink {
  write(line: string): void
}

/**
 * Standard output, for a log. When whoever reads it goes away the log ends and nothing else does: a writer that tries again would
 * keep the process from serving, and from ending.
 */
export function standardOutput(): LineSink {
  let read = true
  process.stdout.on('error', () => {
    read = false
  })
  return {
    write(line) {
      if (read) process.stdout.write(line)
    },
  }
}
