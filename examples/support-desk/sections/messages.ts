import type { NewMessage } from '@threadkeep/core'
import type { Desk } from '../desk.ts'
import { alice } from '../desk.ts'

const hour = 3_600_000

/** Messages: roles, metadata, and every way to read them. */
export async function messages({ chat, clock, print }: Desk, threadId: string) {
  const opening: readonly NewMessage[] = [
    { content: 'Hello, I need help with my billing.' },
    {
      role: 'assistant',
      authorId: 'support_bot_v2',
      content: "I'd be happy to help you with your billing inquiry. What specific issue are you facing?",
    },
    { role: 'system', authorId: 'desk', content: 'Customer support session initiated. Agent: AI Assistant' },
  ]
  for (const message of opening) {
    const { message: kept } = await chat.messages.append(alice, threadId, message)
    print(`Added message ${kept.seq}: ${String(kept.content).slice(0, 30)}...`)
  }

  clock.advance(2 * hour)
  const { message: detailed } = await chat.messages.append(alice, threadId, {
    content: 'I was charged twice for my subscription this month.',
    metadata: {
      user_agent: 'Mozilla/5.0...',
      session_duration: 120,
      sentiment: 'frustrated',
      intent: 'billing_issue',
      entities: ['subscription', 'duplicate_charge'],
    },
  })

  const { items: all } = await chat.messages.page(alice, threadId, { first: 100 })
  print(`Retrieved ${all.length} messages`)
  for (const { seq, role, content } of all) print(`${seq}. [${role}]: ${content}`)

  const recent = await chat.messages.newest(alice, threadId, 2)
  print(`The last two: ${recent.map(({ seq }) => seq).join(', ')}`)
  const fromUsers = await chat.messages.newest(alice, threadId, 50, { roles: ['user'] })
  print(`From users: ${fromUsers.length}`)
  const lastHour = await chat.messages.newest(alice, threadId, 50, { from: clock.now() - hour })
  print(`In the last hour: ${lastHour.length}`)
  return { detailed, all, recent, fromUsers, lastHour }
}

/** Follows a thread as it goes on, and answers each user's message: the stream sees the answers too. */
export async function stream({ chat, print }: Desk, threadId: string) {
  const { seq } = await chat.threads.get(alice, threadId)
  const seen: string[] = []
  const asking = chat.messages.append(alice, threadId, { content: 'Can I get a subscription refund?' })
  for await (const batch of chat.messages.stream(alice, threadId, { afterSeq: seq, live: true })) {
    for (const { role, content } of batch) {
      print(`New message: [${role}] ${content}`)
      seen.push(`${role}: ${content}`)
      if (role === 'user') {
        await chat.messages.append(alice, threadId, {
          role: 'assistant',
          authorId: 'support_bot_v2',
          content: 'Your subscription refund is on its way.',
        })
      }
    }
    if (seen.length === 2) break
  }
  await asking
  return seen
}
