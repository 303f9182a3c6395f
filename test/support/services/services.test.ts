import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { definitions } from './find-origin.ts'
import { canOwn, ownServer, service, serviceKinds } from './index.ts'

describe.each(serviceKinds)('%s', async (kind) => {
  const shared = await service(kind)

  test.skipIf(!shared.available)(
    'is one server for the whole run, named with its version, with spaces of their own',
    async () => {
      const again = await service(kind)
      expect(again.url).toBe(shared.url)
      expect(shared.server).toMatch(/\d/)
      const [one, other] = await Promise.all([shared.open(), shared.open()])
      expect(one.name).not.toBe(other.name)
      await expect(definitions[kind].probe(one.url)).resolves.toBeTruthy()
    },
  )
})

describe.skipIf(!(await canOwn('redis')))('a server of its own', () => {
  test('comes back after kill -9 with its data, on the same port', async () => {
    await using server = await ownServer('redis', { args: ['--appendfsync', 'always'] })
    const { createClient } = await import('redis')
    const write = createClient({ url: server.url, socket: { reconnectStrategy: false } }).on('error', () => {})
    await write.connect()
    await write.set('a', '1')
    await server.kill9()
    write.destroy()
    await server.restart()
    const read = await createClient({ url: server.url }).connect()
    expect(await read.get('a')).toBe('1')
    read.destroy()
  })

  test('stops, and leaves nothing behind, when the process that started it is killed with -9', async () => {
    const script = `
      import { ownServer } from '${new URL('own-server.ts', import.meta.url)}'
      const { url, dir } = await ownServer('redis')
      console.log(JSON.stringify({ url, dir }))
      setInterval(() => {}, 1000)`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const line = await new Promise<string>((resolve) => parent.stdout.once('data', (data) => resolve(String(data))))
    const { url, dir } = JSON.parse(line) as { url: string; dir: string }
    expect(await definitions.redis.probe(url)).toMatch(/Redis|Valkey/)
    parent.kill('SIGKILL')
    while (existsSync(dir)) await sleep(20)
    await expect(definitions.redis.probe(url)).rejects.toThrow()
  })
})

test('a server named in the environment that does not answer is an error, not a skip', async () => {
  const script = `
    import { service } from '${new URL('index.ts', import.meta.url)}'
    await service('redis')`
  const env = { ...process.env, THREADKEEP_TEST_REDIS_URL: 'redis://127.0.0.1:1', THREADKEEP_TEST_RUN_DIR: '' }
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env })
  await expect(run).rejects.toThrow(/THREADKEEP_TEST_REDIS_URL names a server that does not answer/)
})

test('a missing server is skipped with its reason, and an error where servers are required', async () => {
  const script = `
    import { service } from '${new URL('index.ts', import.meta.url)}'
    const { available } = await service('redis')
    console.log(available)`
  const nothing = fileURLToPath(new URL('.', import.meta.url))
  const env = { PATH: nothing, THREADKEEP_TEST_RUN_DIR: '' }
  const start = (more: object) =>
    promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env: { ...env, ...more } })
  expect((await start({})).stdout).toBe('false\n')
  await expect(start({ THREADKEEP_REQUIRE_SERVICES: '1' })).rejects.toThrow(/there is no redis/)
})
