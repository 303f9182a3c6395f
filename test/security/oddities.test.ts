import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Threadkeep } from '@threadkeep/core'
import { createThreadkeep, memorySearchIndex, memoryStore } from '@threadkeep/core'
import type { Clock, Store } from '@threadkeep/core/store'
import { manualClock } from '@threadkeep/core/store'
import { mongoStore } from '@threadkeep/store-mongo'
import { postgresStore } from '@threadkeep/store-postgres'
import { redisStore } from '@threadkeep/store-redis'
import { sqliteStore } from '@threadkeep/store-sqlite'
import { service } from '@threadkeep/test-support/services'
import { describe, expect, onTestFinished, test } from 'vitest'
import { tellStory } from './oddities/story.ts'
import { oddMetadata, oddTexts } from './oddities/things.ts'

const [redis, mongodb, postgres] = await Promise.all([service('redis'), service('mongodb'), service('postgres')])

const start = 1_767_225_600_000

/** The story, told on a store. Ids are numbers, and the clock ticks with each: two stores have the same history. */
async function storyOn(open: (clock: Clock) => Promise<Store>): Promise<Readonly<Record<string, unknown>>> {
  const clock = manualClock(start)
  await using store = await open(clock)
  let made = 0
  const ids = {
    next(prefix: string): string {
      clock.advance(1)
      return `${prefix}_${String(++made).padStart(6, '0')}`
    },
  }
  const options = { store, clock, ids, search: memorySearchIndex({ clock }), projector: 'manual' as const }
  await using chat: Threadkeep = createThreadkeep(options)
  // 0 and -0 are one number, as in JSON.
  return JSON.parse(JSON.stringify(await tellStory(chat)))
}

const onMemory = storyOn(async (clock) => memoryStore({ clock }))

describe('oddities', () => {
  test('what is taken comes back as it was given; what is refused is refused with a code', async () => {
    const heard = await onMemory
    expect(JSON.stringify(heard)).not.toContain('"broken"')
    for (const [name, metadata] of Object.entries(oddMetadata)) {
      const answer = heard[`message: ${name}`] as readonly unknown[] | { readonly code: string }
      if ('code' in answer) expect(answer.code, name).toBe('INVALID_METADATA')
      else expect(JSON.stringify(answer[0]), name).toBe(JSON.stringify(metadata))
    }
    for (const [name, text] of Object.entries(oddTexts)) {
      const answer = heard[`content: ${name}`] as string | { readonly code: string }
      if (typeof answer === 'object') expect(answer.code, name).toBe('INVALID_CONTENT')
      else expect(answer, name).toBe(text)
    }
    expect(({} as { admin?: unknown }).admin).toBeUndefined()
  })

  test('SQLite answers as memory does', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'threadkeep-oddities-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const path = join(directory, 'oddities.db')
    expect(await storyOn((clock) => sqliteStore({ path, clock }))).toEqual(await onMemory)
  })

  test.skipIf(!redis.available)('Redis answers as memory does', async () => {
    const { url, name } = await redis.open()
    expect(await storyOn((clock) => redisStore({ url, namespace: name, clock }))).toEqual(await onMemory)
  })

  test.skipIf(!mongodb.available)('MongoDB answers as memory does', async () => {
    const { url, name } = await mongodb.open()
    expect(await storyOn((clock) => mongoStore({ url, database: name, clock }))).toEqual(await onMemory)
  })

  test.skipIf(!postgres.available)('PostgreSQL answers as memory does', async () => {
    const { url } = await postgres.open()
    expect(await storyOn((clock) => postgresStore({ url, clock }))).toEqual(await onMemory)
  })
})
