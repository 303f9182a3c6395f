import type { Threadkeep } from '@threadkeep/core'
import type { JsonObject } from '@threadkeep/core/store'
import { isThreadkeepError } from '@threadkeep/core/store'
import { oddIds, oddMetadata, oddTexts } from './things.ts'

const ada = { userId: 'ada' }

/** What a call answered, or the whole of what it said when it refused. */
async function told(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return await call()
  } catch (error) {
    if (!isThreadkeepError(error)) return { broken: String(error) }
    const { code, message, details, retryable } = error
    return { code, message, details, retryable }
  }
}

/** Every odd thing in every place that takes it, and what came of it: the same on every store. */
export async function tellStory(chat: Threadkeep): Promise<Readonly<Record<string, unknown>>> {
  const heard: Record<string, unknown> = {}

  for (const [name, value] of Object.entries(oddMetadata)) {
    const metadata = value as JsonObject
    const owner = { userId: `owner of ${name}` }
    const { id: about } = await chat.threads.create(owner, { id: `about ${name}` })
    heard[`message: ${name}`] = await told(async () => {
      const { message } = await chat.messages.append(owner, about, { content: 'x', metadata })
      const read = await chat.messages.get(owner, about, message.id)
      const filtered = await chat.messages.page(owner, about, { filter: { metadata } })
      return [read.metadata, filtered.items.map(({ seq }) => seq)]
    })
    heard[`thread: ${name}`] = await told(async () => {
      const { id } = await chat.threads.create(owner, { id: `with ${name}`, metadata })
      const patched = await chat.threads.update(owner, id, { metadata: { ...metadata, added: 1 } })
      const listed = await chat.threads.list(owner, { filter: { metadata } })
      return [(await chat.threads.get(owner, id)).metadata, patched.metadata, listed.items.map((thread) => thread.id)]
    })
    heard[`data: ${name}`] = await told(async () => {
      const { message } = await chat.messages.append(owner, about, { kind: 'odd', data: metadata })
      return (await chat.messages.get(owner, about, message.id)).data
    })
  }

  await chat.threads.create(ada, { id: 'of texts' })
  for (const [name, text] of Object.entries(oddTexts)) {
    heard[`content: ${name}`] = await told(async () => {
      const { message } = await chat.messages.append(ada, 'of texts', { content: text })
      return (await chat.messages.get(ada, 'of texts', message.id)).content
    })
    heard[`search: ${name}`] = await told(async () => {
      await chat.projections.settle()
      const { results } = await chat.search.messages(ada, { query: text })
      return results.map(({ message, relevanceScore, highlights }) => [message.seq, relevanceScore, highlights])
    })
    heard[`title: ${name}`] = await told(async () => {
      const owner = { userId: `owner of ${name}` }
      const { id } = await chat.threads.create(owner, { id: `titled ${name}`, title: text })
      const listed = await chat.threads.list(owner, { filter: { title: text } })
      return [(await chat.threads.get(owner, id)).title, listed.items.map((thread) => thread.title)]
    })
    heard[`profile: ${name}`] = await told(async () => {
      const user = { userId: `named ${name}` }
      await chat.users.create(user, user.userId, { name: text })
      const found = await chat.users.discover(ada, { prefix: text })
      return [(await chat.users.get(ada, user.userId)).name, found.items.map(({ id }) => id)]
    })
  }

  for (const [at, id] of oddIds.entries()) {
    heard[`id ${at} ${JSON.stringify(id).slice(0, 20)}`] = await told(async () => {
      const thread = await chat.threads.create(ada, { id, members: [{ userId: `friend-${at}` }] })
      const { message } = await chat.messages.append(ada, id, { id, content: 'x', clientId: id })
      const again = await chat.messages.append(ada, id, { id, content: 'x', clientId: id })
      const page = await chat.messages.page(ada, id)
      const user = await chat.users.create({ userId: id }, id, { name: 'odd' })
      return [thread.id, message.id, again.deduplicated, page.items.map((item) => [item.id, item.seq]), user.id]
    })
  }
  const everything: string[] = []
  for (let after: string | undefined; ; ) {
    const page = await chat.threads.list(ada, { sort: 'created', first: 20, ...(after !== undefined && { after }) })
    everything.push(...page.items.map(({ id }) => id))
    if (!page.hasNext) break
    after = page.cursor(page.items.length - 1)
  }
  heard['all threads, each once'] = everything
  return heard
}
