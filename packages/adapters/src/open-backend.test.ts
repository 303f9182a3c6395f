import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createThreadkeep } from '@threadkeep/core'
import { expect, test } from 'vitest'
import { listTenants, ofTenant, openBackend } from './index.ts'

test('a file holds records and index, and blobs have a directory', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'threadkeep-adapters-'))
  const urls = { store: `sqlite:${join(dir, 'chat.db')}`, blobs: `file:${join(dir, 'blobs')}` }
  const backend = await openBackend(urls)
  expect([backend.store.name, backend.search?.name, backend.projector]).toEqual(['sqlite', 'sqlite', undefined])
  expect(backend.blobs).toBeDefined()
  await createThreadkeep(backend).threads.create({ userId: 'ada' }, { title: 'kept' })
  await backend.close()
  const again = await openBackend({ ...urls, external: true })
  expect((await createThreadkeep(again).threads.list({ userId: 'ada' })).items.map(({ title }) => title)).toEqual([
    'kept',
  ])
  await again.close()
  rmSync(dir, { recursive: true })
})

test.each([
  { store: 'floppy:a' },
  { store: 'nothing' },
  { store: 'constructor:' },
  { store: 'memory:', live: 'mongodb://host' },
  { store: 'memory:', cache: 'memory:' },
  { store: 'sqlite:' },
  { store: 'memory:', blobs: `file:${import.meta.filename}` },
])('%o is refused, without showing what may be a secret', async (urls) => {
  await expect(openBackend(urls)).rejects.toMatchObject({ code: 'MISCONFIGURED' })
  await expect(openBackend({ store: 'smb://me:secret@host' })).rejects.not.toThrow(/secret/)
})

test('a tenant is on record before its first commit, and reading records nobody', async () => {
  const backend = await openBackend({ store: 'memory:' })
  const acme = createThreadkeep({ ...ofTenant(backend, 'acme') })
  await expect(acme.threads.get({ userId: 'ada' }, 'none')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  expect(await listTenants(backend.store)).toEqual([''])
  await acme.threads.create({ userId: 'ada' }, {})
  expect(await listTenants(backend.store)).toEqual(['', 'acme'])
  await acme.close()
  await backend.close()
})
