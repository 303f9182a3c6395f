import type { ChatClient, ChatMessage } from './chat-client.ts'

/** How a conversation went. */
export interface Conversation {
  readonly availableToAlice: readonly string[]
  readonly heardByAlice: readonly ChatMessage[]
  readonly history: readonly ChatMessage[]
  readonly sinceStart: readonly ChatMessage[]
  readonly bobIsOnline: boolean
  readonly bobHasRead: number
}

/** Alice and Bob talk: the same wherever their chat is kept. */
export async function talk(alice: ChatClient, bob: ChatClient, print: (line: string) => void): Promise<Conversation> {
  const started = new Date()
  const availableToAlice = await alice.listAvailableUsers()
  print(`Available chat users: ${availableToAlice.join(', ')}`)
  await bob.comeOnline()
  const bobIsOnline = await alice.isOnline('bob')
  print(`Bob is ${bobIsOnline ? 'online' : 'offline'}`)

  const heardByAlice: ChatMessage[] = []
  let heardAll = (): void => {}
  const finished = new Promise<void>((resolve) => {
    heardAll = resolve
  })
  const stopAlice = await alice.addMessageListener((message) => {
    heardByAlice.push(message)
    print(`NEW MESSAGE from ${message.sender}: ${message.content}`)
    if (message.content.toLowerCase().includes('urgent')) print('URGENT MESSAGE DETECTED!')
    if (message.content === 'Bye') heardAll()
  })
  // Bob answers whatever he hears; his other listener is broken, which disturbs nobody.
  const stopBob = await bob.addMessageListener(async (message) => {
    if (message.content.endsWith('?')) await bob.sendMessage('alice', 'Yes', { replyTo: message.id })
    else await bob.sendMessage('alice', 'Bye')
  })
  const stopBroken = await bob.addMessageListener(() => {
    throw new Error('This listener is broken.')
  })

  const hello = await alice.sendMessage('bob', 'Hello from Alice! Are you there?')
  print(`Message sent with ID: ${hello.id}`)
  await bob.sendMessage('alice', 'URGENT: the build is red', { threadId: hello.threadId })
  await alice.sendMessage('bob', 'On it.')
  await finished
  for (const stop of [stopAlice, stopBob, stopBroken]) stop()

  const history = await alice.getChatHistory({ withUser: 'bob' })
  for (const { timestamp, sender, content } of history) print(`[${timestamp.toISOString()}] ${sender}: ${content}`)
  await bob.markRead(hello)
  const bobHasRead = await alice.readUpTo(hello.threadId, 'bob')
  print(`Bob has read up to message ${bobHasRead}`)
  const sinceStart = await alice.getChatHistory({ since: new Date(started.getTime() - 1) })
  print(`Messages since the start: ${sinceStart.length}`)
  return { availableToAlice, heardByAlice, history, sinceStart, bobIsOnline, bobHasRead }
}
