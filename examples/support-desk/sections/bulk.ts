import type { NewMessage, UserCreateResult } from '@threadkeep/core'
import type { Desk } from '../desk.ts'
import { alice, operator } from '../desk.ts'

/** Many messages in batches, each one commit; many people from a table, each row on its own. */
export async function bulk({ chat, print }: Desk) {
  const thread = await chat.threads.create(alice, { title: 'Imported Conversation' })
  const history: readonly NewMessage[] = Array.from({ length: 500 }, (_, i) => ({
    content: `Message ${i}`,
    metadata: { batch: Math.floor(i / 10) },
    // Run again after a crash, batches that are there are not added twice.
    clientId: `import-${i}`,
  }))
  const batchSize = 50
  for (let from = 0; from < history.length; from += batchSize) {
    const added = await chat.messages.appendMany(alice, thread.id, history.slice(from, from + batchSize))
    print(`Imported batch ${from / batchSize + 1}: ${added.length} messages`)
  }
  const { messageCount } = await chat.threads.get(alice, thread.id)

  const table = [
    'user_id,name,email,department',
    'emp001,John Doe,john@example.com,IT',
    'emp002,Jane Smith,jane@example.com,HR',
    'emp003,Bob Johnson,bob@example.com,Sales',
    'emp002,Jane Twice,jane@example.com,HR',
    ',Nobody,nobody@example.com,HR',
  ]
  const rows = table.slice(1).map((line) => {
    const [id = '', name = '', email = '', department = ''] = line.split(',')
    return { id, profile: { name, email, role: 'user', metadata: { department } } }
  })
  const results = await chat.users.createMany(operator, rows)
  for (const result of results) if (!result.ok) print(`Failed to create "${result.id}": ${result.code}`)
  const created = results.filter(({ ok }: UserCreateResult) => ok).length
  print(`Bulk user creation: ${created} created, ${results.length - created} failed`)
  return { thread, messageCount, results, created }
}
