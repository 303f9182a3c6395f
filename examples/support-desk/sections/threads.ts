import type { Desk } from '../desk.ts'
import { alice } from '../desk.ts'

/** Conversations: make, look, list, change. Answers the one that the next sections talk in. */
export async function threads({ chat, clock, print }: Desk) {
  const first = await chat.threads.create(alice, { title: 'Customer Support Chat' })
  print(`Created thread: ${first.title}`)
  clock.advance(60_000)
  const billing = await chat.threads.create(alice, {
    title: 'Billing Inquiry - Premium Customer',
    metadata: {
      topic: 'billing_inquiry',
      priority: 'high',
      assigned_agent: 'support_bot_v2',
      customer_type: 'premium',
    },
  })

  const found = await chat.threads.get(alice, billing.id)
  print(`Title: ${found.title}, messages: ${found.messageCount}, metadata: ${JSON.stringify(found.metadata)}`)

  for (const text of ['Hello?', 'Is anybody there?', 'I will come back later.']) {
    await chat.messages.append(alice, first.id, { content: text })
  }

  const { items: all } = await chat.threads.list(alice)
  print(`Alice has ${all.length} threads:`)
  for (const { title, messageCount } of all) print(`  - ${title} (${messageCount} messages)`)

  const { items: recent } = await chat.threads.list(alice, { first: 10, filter: { metadata: { priority: 'high' } } })
  print(`Of high priority: ${recent.map(({ title }) => title).join(', ')}`)

  const { items: busy } = await chat.threads.list(alice, { first: 5, sort: 'messages' })
  print('Most active threads:')
  for (const { title, messageCount } of busy) print(`  - ${title}: ${messageCount} messages`)

  // What the patch does not name stays: the topic and the priority.
  const renamed = await chat.threads.update(alice, billing.id, { title: 'Resolved Billing Issue' })
  const resolved = await chat.threads.update(
    alice,
    billing.id,
    { metadata: { status: 'resolved', resolution_time: '2026-01-02T14:30:00Z', satisfaction_score: 5 } },
    { version: renamed.version },
  )
  print(`Updated: ${resolved.title}, ${resolved.metadata['status']}, still ${resolved.metadata['priority']}`)
  return { first, billing, all, recent, busy, resolved }
}
