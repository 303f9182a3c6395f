// A chat of two people, from the first message to the statistics. See README.md for what it can be pointed at.
import { createChatApp } from './chat-app.ts'
import { openStore } from './chat-store.ts'

try {
  const store = await openStore(process.env)
  console.log(`Messages are kept in ${store.name}.\n`)
  const chat = createChatApp({ store, key: process.env['CHAT_KEY'], logger: console })

  const hello = await chat.sendMessage('conv-123', 'Alice', 'Hello!')
  await chat.sendMessage('conv-123', 'Bob', 'Hi Alice!')
  await chat.sendMessage('conv-456', 'Carol', 'Another room, nobody else sees this.')

  const message = await chat.getMessage('conv-123', hello)
  console.log(`\n${message?.sender}: ${message?.content}`)
  console.log(`In another conversation: ${await chat.getMessage('conv-456', hello)}\n`)

  for (const { sender, content, timestamp } of await chat.history('conv-123')) {
    console.log(`${timestamp.toISOString()} ${sender}: ${content}`)
  }

  await chat.deleteMessage('conv-123', hello)
  console.log(`After deleting it: ${await chat.getMessage('conv-123', hello)}\n`)

  try {
    await chat.sendMessage('conv-123', 'Alice', '')
  } catch (error) {
    console.log(`An empty message: ${error}\n`)
  }

  const { totalPuts, totalGets, hits, misses, hitRatePercent } = chat.getStatistics()
  console.log(`Total messages sent: ${totalPuts}`)
  console.log(`Reads: ${totalGets}, hits: ${hits}, misses: ${misses}, hit rate: ${hitRatePercent} %\n`)
  console.log(chat.prometheus().split('\n').slice(0, 5).join('\n'))
  await chat.close()
} catch (error) {
  // What is set wrongly, or not running, says so in a sentence; anything else is a fault, and shows where.
  const { code, message } = error as { readonly code?: string; readonly message: string }
  console.error(
    code === undefined
      ? error
      : `${message}\nCHAT_FILE, REDIS_URL and CHAT_KEY say where messages are kept, and how: see README.md.`,
  )
  process.exit(1)
}
