import type { Desk } from '../desk.ts'
import { operator } from '../desk.ts'

/** One conversation from beginning to end, and what its figures say. */
export async function conversation({ chat, clock, print }: Desk) {
  const customer = { userId: 'customer' }
  const agent = { userId: 'agent' }
  await chat.users.createMany(operator, [
    { id: 'customer', profile: { name: 'John Customer', role: 'customer' } },
    { id: 'agent', profile: { name: 'Sarah Agent', role: 'support_agent' } },
  ])
  // An editor may answer as an assistant.
  const thread = await chat.threads.create(customer, {
    title: 'Product Return Request',
    members: [{ userId: 'agent', role: 'editor' }],
  })

  const script = [
    'Hi, I need to return a product I ordered last week.',
    "Hello! I'd be happy to help you with your return. Can you provide me with your order number?",
    "Sure, it's ORDER-12345. The product arrived damaged.",
    "I'm sorry to hear that. I can see ORDER-12345 here. I'll process a return label for you right away.",
    "That's great! How long will the refund take once you receive it?",
    "Once we receive the returned item, we'll process your refund within 3-5 business days.",
    'Perfect, thank you for your help!',
    "You're welcome! Is there anything else I can help you with today?",
    "No, that's everything. Have a great day!",
    'Thank you, you too! Your return label will be emailed to you within the next hour.',
  ]
  for (const [i, content] of script.entries()) {
    const byAgent = i % 2 === 1
    clock.advance(byAgent ? 30_000 : 120_000)
    await chat.messages.append(byAgent ? agent : customer, thread.id, {
      content,
      ...(byAgent && { role: 'assistant' }),
      // Sent again after a lost answer, it would not be there twice.
      clientId: `step-${i}`,
    })
  }
  await chat.messages.markRead(customer, thread.id, { seq: script.length })

  await chat.projections.settle()
  const stats = await chat.stats.thread(customer, thread.id)
  print('Conversation analysis:')
  print(`  Messages: ${stats.messageCount}, customer: ${stats.byRole.user}, agent: ${stats.byRole.assistant}`)
  print(`  Response ratio: ${stats.responseRatio.toFixed(2)}`)
  print(`  Median response time: ${(stats.responseTimeMedianMs ?? 0) / 1000} s`)
  return { thread, stats, script }
}
