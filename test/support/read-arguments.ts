/** What `read` makes of the arguments of this process; when it throws, says why and how the command is called, and ends it. */
export function readArguments<T>(usage: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    console.error(`${(error as Error).message.replace(/\.?$/, '.')}\nUsage: ${usage}`)
    process.exit(2)
  }
}
