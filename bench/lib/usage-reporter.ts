// Preloaded into a measured server by startServer. The two questions are apart because collecting garbage costs CPU.
process.on('message', (question) => {
  if (question === 'cpu') process.send?.(process.cpuUsage())
  if (question === 'memory') {
    globalThis.gc?.()
    process.send?.(process.memoryUsage())
  }
})
process.channel?.unref()
