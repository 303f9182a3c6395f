// Two people talk: in a SQLite file, or over a gateway where THREADKEEP_URL, ALICE_TOKEN and BOB_TOKEN are set.
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { talk } from './conversation.ts'
import { runDirectChat } from './direct-chat.ts'
import { openGatewayChat } from './gateway-chat.ts'

const { THREADKEEP_URL: url, ALICE_TOKEN: aliceToken, BOB_TOKEN: bobToken, CHAT_FILE: file } = process.env
const onError = (error: unknown): void => console.log(`A listener failed: ${(error as Error).message}`)

try {
  if (url || aliceToken || bobToken) {
    if (!url || !aliceToken || !bobToken) {
      console.error('To talk over a gateway, set THREADKEEP_URL, ALICE_TOKEN and BOB_TOKEN, all three: see README.md.')
      process.exit(1)
    }
    const alice = await openGatewayChat({ url, token: aliceToken, userId: 'alice', onError })
    const bob = await openGatewayChat({ url, token: bobToken, userId: 'bob', onError })
    await talk(alice, bob, console.log)
    await Promise.all([alice.close(), bob.close()])
  } else {
    const path = file || join(await mkdtemp(join(tmpdir(), 'direct-chat-')), 'chat_messages.db')
    await runDirectChat(path, console.log)
    console.log(`\nEverything is in ${path}`)
  }
} catch (error) {
  // What is set wrongly, or not running, says so in a sentence; anything else is a fault, and shows where.
  const { code, message } = error as { readonly code?: string; readonly message: string }
  console.error(
    code === undefined
      ? error
      : `${message}\nCHAT_FILE names a file; THREADKEEP_URL, ALICE_TOKEN and BOB_TOKEN a gateway and who talks there: see README.md.`,
  )
  process.exit(1)
}
