import { talk } from './conversation.ts'
import { openLocalChat } from './local-chat.ts'
import { queryFile } from './query-file.ts'

/** Two people, each with a chat of their own on one file; a restart; and a look into the file with SQL. */
export async function runDirectChat(path: string, print: (line: string) => void) {
  const errors: unknown[] = []
  const onError = (error: unknown): void => {
    errors.push(error)
    print(`A listener failed: ${(error as Error).message}`)
  }
  async function firstRun() {
    const alice = await openLocalChat({ path, userId: 'alice', onError })
    const bob = await openLocalChat({ path, userId: 'bob', onError })
    const conversation = await talk(alice, bob, print)
    await Promise.all([alice.close(), bob.close()])
    return conversation
  }

  const conversation = await firstRun()
  print('\nAfter a restart:')
  const again = await openLocalChat({ path, userId: 'alice', onError })
  const history = await again.getChatHistory({ limit: 2 })
  for (const { sender, content } of history) print(`${sender}: ${content}`)

  print('\nWith SQL:')
  const threadId = history[0]!.threadId
  const rows = queryFile(
    path,
    'select id, author_id, text, thread_id, reply_to from v_messages where thread_id = ? order by seq',
    threadId,
  )
  for (const row of rows) print(`${row['author_id']}: ${row['text']}`)
  await again.close()
  return { conversation, history, rows, errors }
}
