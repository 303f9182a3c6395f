import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openBackend } from '@threadkeep/adapters'
import { startApp, workerMain } from '@threadkeep/test-support/apps'
import { service } from '@threadkeep/test-support/services'
import { describe, expect, test } from 'vitest'
import { caughtUp, chat, expectExact, gatewayOf, openLog } from './stage.ts'

const kafka = await service('kafka')
const startProcess = (env: Readonly<Record<string, string>>) =>
  startApp(workerMain, { args: ['--host', '127.0.0.1', '--port', '0'], env })

describe.skipIf(!kafka.available)('a worker process', () => {
  test('killed at any moment, every committed change reaches index and statistics all the same', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'threadkeep-worker-'))
    const urls = { store: `sqlite:${join(dir, 'chat.db')}`, external: true }
    const backend = await openBackend(urls)
    const keep = gatewayOf(backend)
    const env = { THREADKEEP_STORE: urls.store, THREADKEEP_EVENTS: await openLog(kafka), THREADKEEP_LOG_LEVEL: 'info' }
    let victim = await startProcess(env)
    const steady = await startProcess(env)
    let loading = true
    const load = Promise.all(
      Array.from({ length: 4 }, async (_, n) => {
        const threadIds: string[] = []
        for (let round = 0; loading; round++) {
          threadIds.push(await chat(keep, `user-${n}-${round}`, ['hello one', 'hello two', 'hello three']))
        }
        return threadIds
      }),
    )
    for (let kill = 0; kill < 3; kill++) {
      await sleep(500 + Math.random() * 1_500)
      expect(await victim.end('SIGKILL')).toBe(null)
      victim = await startProcess(env)
    }
    loading = false
    const threadIds = (await load).flat()
    await caughtUp(keep, 45_000)
    await expectExact(keep, 3 * threadIds.length, threadIds)
    const began = performance.now()
    expect(await Promise.all([victim.end('SIGTERM'), steady.end('SIGTERM')])).toEqual([0, 0])
    expect(performance.now() - began).toBeLessThan(10_000)
    expect(steady.said.join('\n')).not.toContain('hello')
    await keep.close()
    await backend.close()
    rmSync(dir, { recursive: true })
  }, 90_000)

  test('says what is wrong and exits with 2', async () => {
    await expect(startProcess({ THREADKEEP_STORE: 'memory:', THREADKEEP_EVENTS: '' })).rejects.toThrow(
      /ended with 2: threadkeep-worker: --events/,
    )
  })
})
