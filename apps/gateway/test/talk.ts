import type { Person } from './harness.ts'

/** A thread of `owner` with these members, in which the owner has said these things. Answers its id. */
export async function startThread(
  owner: Person,
  { members = [], says = [] }: { readonly members?: readonly string[]; readonly says?: readonly string[] } = {},
): Promise<string> {
  const { createThread } = await owner.get(
    'mutation ($input: CreateThreadInput!) { createThread(input: $input) { thread { id } } }',
    { input: { members: members.map((userId) => ({ userId })) } },
  )
  const threadId: string = createThread.thread.id
  for (const content of says) await say(owner, threadId, content)
  return threadId
}

/** Says something; answers the message's id. */
export async function say(person: Person, threadId: string, content: string): Promise<string> {
  const { sendMessage } = await person.get(
    'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { code } } }',
    { input: { threadId, content } },
  )
  return sendMessage.message.id
}
