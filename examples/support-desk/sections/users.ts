import type { UserProfile } from '@threadkeep/core'
import { isThreadkeepError } from '@threadkeep/core'
import type { Desk } from '../desk.ts'
import { alice, operator } from '../desk.ts'

/** People: create one or many, look, change. */
export async function users({ chat, print }: Desk) {
  const profile: UserProfile = {
    name: 'Alice Johnson',
    email: 'alice@example.com',
    role: 'customer_support',
    preferences: { theme: 'dark', language: 'en', notifications: true },
    metadata: { department: 'support', hire_date: '2023-01-15', skills: ['customer_service', 'technical_support'] },
  }
  await chat.users.create(operator, 'alice', profile)
  print('User created: alice')

  const again = await chat.users.create(operator, 'alice').catch((error: unknown) => error)
  print(`Created twice: ${isThreadkeepError(again) ? again.code : 'yes'}`)

  // Each row stands alone: that alice exists stops neither bob nor charlie.
  const rows = await chat.users.createMany(operator, [
    { id: 'alice', profile: { name: 'Alice Johnson', role: 'support' } },
    { id: 'bob', profile: { name: 'Bob Smith', role: 'developer' } },
    { id: 'charlie', profile: { name: 'Charlie Brown', role: 'manager' } },
  ])
  for (const row of rows) print(`Created ${row.id}: ${row.ok ? 'yes' : row.code}`)

  print(`Alice exists: ${await chat.users.exists(operator, 'alice')}`)
  print(`Dave exists: ${await chat.users.exists(operator, 'dave')}`)

  const before = await chat.users.get(alice, 'alice')
  print(`User: ${before.name}, ${before.email}, theme ${before.preferences?.['theme']}`)

  // A patch merges: the language, the address and the metadata stay.
  const after = await chat.users.update(
    alice,
    'alice',
    { name: 'Alice Johnson-Smith', preferences: { theme: 'light', notifications: false } },
    { version: before.version },
  )
  print(`Profile updated: ${after.name}, ${JSON.stringify(after.preferences)}`)
  return { before, after, rows, duplicate: again }
}
