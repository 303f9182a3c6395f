import { expect, test } from 'vitest'
import { startTestGateway } from '../../test/harness.ts'

const create = `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id name } userErrors { code } } }`
const update = `mutation ($input: UpdateUserInput!) {
  updateUser(input: $input) { user { name email preferences version } userErrors { code } }
}`

test('a person makes, reads and changes their profile; null removes, what is left out stays', async () => {
  const gateway = await startTestGateway()
  const alice = await gateway.person('alice')
  expect(await alice.get('{ viewer { id } }')).toEqual({ viewer: null })
  const profile = { name: 'Alice', email: 'alice@example.com', preferences: { theme: 'dark', language: 'en' } }
  const made = await alice.get(create, { input: { profile } })
  expect(made.createUser).toEqual({ user: { id: 'alice', name: 'Alice' }, userErrors: [] })
  const again = await alice.get(create, { input: {} })
  expect(again.createUser).toEqual({ user: null, userErrors: [{ code: 'USER_EXISTS' }] })

  const { viewer } = await alice.get('{ viewer { version nodeId presence { status } } }')
  expect(viewer).toMatchObject({ presence: { status: 'OFFLINE' } })
  const { version } = viewer
  const changed = await alice.get(update, { input: { email: null, preferences: { theme: 'light' }, version } })
  expect(changed.updateUser).toMatchObject({
    user: { name: 'Alice', email: null, preferences: { theme: 'light', language: 'en' } },
    userErrors: [],
  })
  const stale = await alice.get(update, { input: { name: 'A', version } })
  expect(stale.updateUser).toEqual({ user: null, userErrors: [{ code: 'CONFLICT' }] })
})

test('many people are made row by row by an admin and by nobody else', async () => {
  const gateway = await startTestGateway()
  const [admin, alice] = [await gateway.person('root', ['admin']), await gateway.person('alice')]
  const createMany = `mutation ($input: CreateUsersInput!) {
    createUsers(input: $input) { results { id user { name } error { code } } userErrors { code } }
  }`
  const users = [{ id: 'bob', profile: { name: 'Bob' } }, { id: '' }, { id: 'bob' }]
  const { createUsers } = await admin.get(createMany, { input: { users } })
  expect(createUsers.results).toEqual([
    { id: 'bob', user: { name: 'Bob' }, error: null },
    { id: '', user: null, error: { code: 'INVALID_ID' } },
    { id: 'bob', user: null, error: { code: 'USER_EXISTS' } },
  ])
  const { errors } = await alice.ask(createMany, { input: { users } })
  expect(errors?.[0]?.extensions['code']).toBe('FORBIDDEN')
})

test('people find each other by prefix, unless one is deactivated, deleted, or has blocked the other', async () => {
  const gateway = await startTestGateway()
  const [alice, bob] = [await gateway.person('alice'), await gateway.person('bob')]
  for (const person of [alice, bob]) await person.get(create, { input: { profile: { name: `Dr. ${person.id}` } } })
  const find = '{ users(prefix: "dr", first: 10) { nodes { id presence { status } } edges { cursor } } }'
  expect((await alice.get(find)).users).toMatchObject({ nodes: [{ id: 'bob', presence: { status: 'OFFLINE' } }] })

  const { heartbeat } = await bob.get('mutation { heartbeat { presence { status lastSeenAt } userErrors { code } } }')
  expect(heartbeat.presence).toEqual({ status: 'ONLINE', lastSeenAt: expect.any(String) })
  await bob.get('mutation { heartbeat(input: { status: AWAY }) { userErrors { code } } }')
  expect(await alice.get('{ presence(userIds: ["bob", "nobody"]) { userId status } }')).toEqual({
    presence: [
      { userId: 'bob', status: 'AWAY' },
      { userId: 'nobody', status: 'OFFLINE' },
    ],
  })

  const block = 'mutation { blockUser(input: { userId: "alice" }) { blockedUserIds userErrors { code } } }'
  expect((await bob.get(block)).blockUser).toEqual({ blockedUserIds: ['alice'], userErrors: [] })
  expect((await alice.get(find)).users.nodes).toEqual([])
  const hidden = await alice.ask('{ user(id: "bob") { name } }')
  const missing = await alice.ask('{ user(id: "nobody") { name } }')
  expect(hidden).toEqual(missing)
  expect(missing.errors?.[0]?.extensions).toEqual({ code: 'NOT_FOUND' })
  expect(await bob.get('{ blockedUserIds }')).toEqual({ blockedUserIds: ['alice'] })
  await bob.get('mutation { unblockUser(input: { userId: "alice" }) { userErrors { code } } }')
  expect((await alice.get(find)).users.nodes).toHaveLength(1)

  const rest = await bob.get('mutation { deactivateUser(input: {}) { user { deactivatedAt } userErrors { code } } }')
  expect(rest.deactivateUser.user).toEqual({ deactivatedAt: expect.any(String) })
  expect((await alice.get(find)).users.nodes).toEqual([])
  const admin = await gateway.person('root', ['admin'])
  await admin.get('mutation { restoreUser(input: { id: "bob" }) { userErrors { code } } }')
  expect((await alice.get(find)).users.nodes).toHaveLength(1)
  const gone = await bob.get('mutation { deleteUser(input: { mode: HARD }) { deletedUserId userErrors { code } } }')
  expect(gone.deleteUser).toEqual({ deletedUserId: 'bob', userErrors: [] })
  expect((await alice.get(find)).users.nodes).toEqual([])
})

test('a page of people says truly whether there are more, also when who stood at its cursor is gone', async () => {
  const gateway = await startTestGateway()
  const alice = await gateway.person('alice')
  for (const userId of ['bob', 'cyd', 'dan']) await gateway.keep.users.create({ userId }, userId)
  const page = async (args: string) =>
    (
      await alice.get(
        `{ users(${args}) { nodes { id } pageInfo { hasPreviousPage hasNextPage endCursor startCursor } } }`,
      )
    ).users
  const first = await page('first: 1')
  expect(first).toMatchObject({ nodes: [{ id: 'bob' }], pageInfo: { hasPreviousPage: false, hasNextPage: true } })
  const after = `first: 2, after: "${first.pageInfo.endCursor}"`
  expect((await page(after)).pageInfo).toMatchObject({ hasPreviousPage: true, hasNextPage: false })
  await gateway.keep.users.delete({ userId: 'bob' }, 'bob', { mode: 'hard' })
  const second = await page(after)
  expect(second).toMatchObject({ nodes: [{ id: 'cyd' }, { id: 'dan' }], pageInfo: { hasPreviousPage: false } })
  await gateway.keep.users.block({ userId: 'dan' }, 'alice')
  const before = await page(`last: 1, before: "${second.pageInfo.endCursor}"`)
  expect(before).toMatchObject({ nodes: [{ id: 'cyd' }], pageInfo: { hasNextPage: false, hasPreviousPage: false } })
})
