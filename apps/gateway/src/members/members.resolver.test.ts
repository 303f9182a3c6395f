import { expect, test } from 'vitest'
import { startTestGateway } from '../../test/harness.ts'

test('members come, get roles, put a thread away for themselves, and go', async () => {
  const gateway = await startTestGateway()
  const [alice, bob] = [await gateway.person('alice'), await gateway.person('bob')]
  await gateway.keep.users.create({ userId: 'bob' }, 'bob', { name: 'Bob' })
  await alice.get('mutation { createThread(input: { id: "t" }) { thread { id } } }')
  const missing = (await bob.ask('{ thread(id: "t") { id } }')).errors
  expect(missing?.[0]?.extensions).toEqual({ code: 'NOT_FOUND' })

  const { addMember } = await alice.get(
    'mutation { addMember(input: { threadId: "t", userId: "bob" }) { member { role user { name } } userErrors { code } } }',
  )
  expect(addMember).toEqual({ member: { role: 'MEMBER', user: { name: 'Bob' } }, userErrors: [] })
  const refused = await bob.ask(
    'mutation { setMemberRole(input: { threadId: "t", userId: "bob", role: OWNER }) { member { role } } }',
  )
  expect(refused.errors?.[0]?.extensions).toEqual({ code: 'FORBIDDEN' })
  const { own } = await alice.get(
    'mutation { own: setMemberRole(input: { threadId: "t", userId: "bob", role: EDITOR }) { member { role } } }',
  )
  expect(own.member.role).toBe('EDITOR')

  const quiet = await bob.get(`mutation {
    muteThread(input: { threadId: "t" }) { member { muted } }
    archiveThread(input: { threadId: "t" }) { member { archived } }
  }`)
  expect(quiet).toEqual({ muteThread: { member: { muted: true } }, archiveThread: { member: { archived: true } } })
  const query = `{ thread(id: "t") {
    memberCount member { userId muted archived } of: member(userId: "bob") { role }
    members(first: 1) { totalCount nodes { userId } pageInfo { hasNextPage endCursor } }
  } }`
  const { thread } = await alice.get(query)
  expect(thread).toMatchObject({
    memberCount: 2,
    member: { userId: 'alice', muted: false, archived: false },
    of: { role: 'EDITOR' },
    members: { totalCount: 2, nodes: [{ userId: 'alice' }], pageInfo: { hasNextPage: true } },
  })
  const next = `{ thread(id: "t") { members(first: 1, after: "${thread.members.pageInfo.endCursor}") {
    nodes { userId } pageInfo { hasNextPage hasPreviousPage }
  } } }`
  expect((await alice.get(next)).thread.members).toEqual({
    nodes: [{ userId: 'bob' }],
    pageInfo: { hasNextPage: false, hasPreviousPage: true },
  })

  await gateway.keep.threads.addMember({ userId: 'alice' }, 't', 'aaron')
  const aaron = (await alice.get('{ thread(id: "t") { members(first: 1) { pageInfo { endCursor } } } }')).thread
  await gateway.keep.threads.removeMember({ userId: 'alice' }, 't', 'aaron')
  const behind = `{ thread(id: "t") { members(after: "${aaron.members.pageInfo.endCursor}") {
    nodes { userId } pageInfo { hasPreviousPage }
  } } }`
  expect((await alice.get(behind)).thread.members).toEqual({
    nodes: [{ userId: 'alice' }, { userId: 'bob' }],
    pageInfo: { hasPreviousPage: false },
  })

  const { removeMember } = await bob.get('mutation { removeMember(input: { threadId: "t" }) { removedUserId } }')
  expect(removeMember).toEqual({ removedUserId: 'bob' })
  expect((await bob.ask('{ thread(id: "t") { id } }')).errors).toEqual(missing)
  const last = await alice.get('mutation { removeMember(input: { threadId: "t" }) { userErrors { code } } }')
  expect(last.removeMember.userErrors).toEqual([{ code: 'CONFLICT' }])
})
