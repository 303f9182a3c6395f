import { ofTenant } from '@threadkeep/adapters'
import type { Scope, Threadkeep } from '@threadkeep/core'
import { createThreadkeep, memoryBlobStore } from '@threadkeep/core'
import type { TestGateway } from '@threadkeep/gateway/harness'
import { audience, issuer, memoryBackend, secret, startTestGateway, tokenFor } from '@threadkeep/gateway/harness'

/** Everybody who may try, by what they are to the thread. */
export const personas = [
  'outsider',
  'removed',
  'viewer',
  'member',
  'owner',
  'foreign',
  'foreignAdmin',
  'admin',
] as const
export type Persona = (typeof personas)[number]

/** Those for whom the thread does not exist. */
export const hidden: readonly Persona[] = ['outsider', 'removed', 'foreign', 'foreignAdmin']

/** The ids that an operation names: those of the scene, or ids that nothing has. */
export interface Ids {
  readonly thread: string
  readonly message: string
  readonly attachment: string
  readonly loose: string
  readonly user: string
}

export const present: Ids = {
  thread: 'present-thread',
  message: 'present-message',
  attachment: 'present-attachment',
  loose: 'present-loose',
  user: 'present-user',
}
export const missing: Ids = {
  thread: 'missing-thread',
  message: 'missing-message',
  attachment: 'missing-attachment',
  loose: 'missing-loose',
  user: 'missing-user',
}

/** Stands in everything that only members of the thread may see. */
export const ofThread = 'Quetzalcoatl'
/** Stands in everything that only people of the tenant may see. */
export const ofTenantOnly = 'Tezcatlipoca'

const owner = { userId: 'owner' }
const all: readonly Scope[] = ['admin', 'stats:system', 'search:any', 'items:hidden']

/** A tenant with one thread, and somebody of each persona with a token. */
export interface Scene {
  readonly keep: Threadkeep
  /** What every member of the thread has seen. */
  readonly cursor: string
  token(persona: Persona): Promise<string>
}

/** A gateway whose tokens must name a tenant. */
export function startTenantGateway(): Promise<TestGateway> {
  return startTestGateway({
    backend: { ...memoryBackend(), blobs: memoryBlobStore() },
    auth: { key: secret, issuer, audience, maxAge: 3600, tenantClaim: 'tenant' },
  })
}

let tenants = 0

/** Sets a scene in a tenant of its own, past the gateway. The foreign personas share their ids with people of the scene. */
export async function setScene({ backend }: TestGateway): Promise<Scene> {
  const tenant = `tenant-${tenants++}`
  const keep = createThreadkeep(ofTenant(backend, tenant))
  const { thread, message, attachment, loose, user } = present
  await keep.users.create({ userId: user }, user, { name: ofTenantOnly, metadata: { is: ofTenantOnly } })
  await keep.users.heartbeat({ userId: user })
  await keep.threads.create(owner, {
    id: thread,
    title: ofThread,
    metadata: { is: ofThread },
    members: [
      { userId: 'viewer', role: 'viewer' },
      { userId: 'member', role: 'member' },
      { userId: 'removed', role: 'member' },
      { userId: user, role: 'member' },
    ],
  })
  for (const id of [attachment, loose]) {
    await keep.attachments.create(owner, { id, name: ofThread, mimeType: 'text/plain' })
    await keep.attachments.upload(owner, id, bytes())
  }
  await keep.attachments.complete(owner, attachment)
  await keep.messages.append({ userId: 'removed' }, thread, { content: 'I was here' })
  const content = `${ofThread} returns`
  const { eventSeq } = await keep.messages.append(owner, thread, { id: message, content, attachments: [attachment] })
  const cursor = await keep.live.cursorAt(thread, eventSeq - 1)
  await keep.threads.removeMember(owner, thread, 'removed')
  await keep.projections.settle()
  return {
    keep,
    cursor,
    token(persona) {
      const isForeign = persona === 'foreign' || persona === 'foreignAdmin'
      const userId = persona === 'foreign' ? 'owner' : persona === 'foreignAdmin' ? 'admin' : persona
      return tokenFor(userId, /admin$/i.test(persona) ? all : [], { tenant: isForeign ? `${tenant}-other` : tenant })
    },
  }
}

async function* bytes(): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(`${ofThread} in bytes`)
}
