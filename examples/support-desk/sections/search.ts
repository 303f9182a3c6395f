import { isThreadkeepError } from '@threadkeep/core'
import type { Desk } from '../desk.ts'
import { alice, supervisor } from '../desk.ts'

/** Finding messages by their words: one's own, in chosen threads, and everyone's for whoever may. */
export async function search({ chat, print }: Desk, threadId: string) {
  const bob = { userId: 'bob' }
  const other = await chat.threads.create(bob, { title: 'Printer' })
  await chat.messages.append(bob, other.id, { content: 'A technical issue with the printer on floor 2.' })
  await chat.messages.append(alice, threadId, { content: 'No technical issue, only the invoice.' })
  // Indexing follows writing by a moment.
  await chat.projections.settle()

  const basic = await chat.search.messages(alice, { query: 'billing' })
  print(`Found ${basic.results.length} messages about billing`)
  for (const { text, relevanceScore } of basic.results) print(`- ${text.slice(0, 60)} (${relevanceScore.toFixed(2)})`)

  const advanced = await chat.search.messages(alice, {
    query: 'subscription refund',
    threadIds: [threadId],
    limit: 20,
    minRelevanceScore: 0.5,
  })
  for (const { text, highlights } of advanced.results) {
    print(`Highlighted: ${highlights.map(({ start, end }) => text.slice(start, end)).join(', ')}`)
  }

  const question = { query: 'technical issue', minRelevanceScore: 0.5, limit: 50, anyUser: true }
  const forbidden = await chat.search.messages(alice, question).catch((error: unknown) => error)
  print(`Alice searches everyone's messages: ${isThreadkeepError(forbidden) ? forbidden.code : 'yes'}`)
  const everyone = await chat.search.messages(supervisor, question)
  const byUser = Map.groupBy(everyone.results, ({ message }) => message.authorId)
  for (const [userId, results] of [...byUser].toSorted()) print(`${userId}: ${results.length} results`)
  return { basic, advanced, forbidden, byUser }
}
