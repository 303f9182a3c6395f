import { isThreadkeepError } from '@threadkeep/core'
import type { Desk } from '../desk.ts'
import { alice, operator } from '../desk.ts'

/** What goes wrong has a code, says what to do, and has changed nothing. */
export async function failures({ chat, print }: Desk) {
  const thread = await chat.threads.create(alice, { title: 'Test' })
  const bob = { userId: 'bob' }
  const { version } = await chat.users.get(alice, 'alice')
  await chat.users.update(alice, 'alice', { role: 'lead' })

  const codes = new Map<string, string>()
  async function attempt(what: string, call: () => Promise<unknown>): Promise<void> {
    try {
      await call()
      codes.set(what, 'done')
    } catch (error) {
      // Anything without a code is a fault of the program and not for this place to hide.
      if (!isThreadkeepError(error)) throw error
      codes.set(what, error.code)
    }
    print(`${what}: ${codes.get(what)}`)
  }

  await attempt('A user who exists', () => chat.users.create(operator, 'alice'))
  await attempt('A blank message', () => chat.messages.append(alice, thread.id, { content: '   ' }))
  await attempt('A message of 10,001 characters', () =>
    chat.messages.append(alice, thread.id, { content: 'x'.repeat(10_001) }),
  )
  await attempt('An answer to nothing', () => chat.messages.append(alice, thread.id, { content: 'Yes', replyTo: '?' }))
  await attempt('Ten messages, one of them blank', () =>
    chat.messages.appendMany(
      alice,
      thread.id,
      Array.from({ length: 10 }, (_, i) => ({ content: i === 7 ? '' : `${i}` })),
    ),
  )
  await attempt('A thread that does not exist', () => chat.messages.append(alice, 'nothing', { content: 'Hello' }))
  await attempt('A thread of someone else', () => chat.messages.append(bob, thread.id, { content: 'Hello' }))
  await attempt('A change that missed another one', () => chat.users.update(alice, 'alice', { name: 'A' }, { version }))
  await chat.threads.setStatus(alice, thread.id, { type: 'closed', reason: 'solved' })
  await attempt('A closed thread', () => chat.messages.append(alice, thread.id, { content: 'One more thing' }))

  const { messageCount, seq } = await chat.threads.get(alice, thread.id)
  print(`Messages written by all that: ${messageCount}`)
  return { codes, messageCount, seq }
}
