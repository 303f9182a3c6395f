// Preloaded into processes that a test starts: their standard input is a pipe to the test, and they end with it, however it ended.
process.stdin.on('end', () => process.exit(1)).on('error', () => process.exit(1))
process.stdin.resume()
;(process.stdin as unknown as { unref(): void }).unref()
