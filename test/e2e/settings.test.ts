import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AppProcess, CompiledGateway } from '@threadkeep/test-support/apps'
import { compileGateway, startApp, workerMain } from '@threadkeep/test-support/apps'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'

let compiled: CompiledGateway
beforeAll(() => {
  compiled = compileGateway()
})
afterAll(() => compiled[Symbol.dispose]())

type Env = Readonly<Record<string, string>>

function directory(): string {
  const data = mkdtempSync(join(tmpdir(), 'threadkeep-settings-'))
  onTestFinished(() => rmSync(data, { recursive: true, force: true }))
  return data
}

async function start(main: string, args: readonly string[], env: Env = {}): Promise<AppProcess> {
  const app = await startApp(main, { args, env })
  onTestFinished(async () => void (await app.end('SIGKILL')))
  return app
}

/** Runs the gateway to its end. */
function run(args: readonly string[], env: Env = {}) {
  return spawnSync(process.execPath, ['--conditions=threadkeep-source', compiled.main, ...args], {
    env: { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1', ...env },
    encoding: 'utf8',
  })
}

test('a gateway that cannot start says in a sentence what to do, and ends with 2 where a setting is wrong', async () => {
  const data = directory()
  const [file, garbage] = [join(data, 'file'), join(data, 'garbage.db')]
  for (const path of [file, garbage]) writeFileSync(path, 'this is no database '.repeat(100))
  const { url } = await start(compiled.main, ['--port', '0', '--store', 'memory:', '--data', data])
  const taken = new URL(url).port
  const tries: readonly [status: number, says: RegExp, args: readonly string[], env?: Env][] = [
    [2, /the port is taken\. Choose another --port/, ['--port', taken, '--store', 'memory:']],
    [2, /Give --data \(THREADKEEP_DATA\) a directory/, ['--data', file]],
    [2, /is not an SQLite file/, ['--store', `sqlite:${garbage}`]],
    [1, /Is the server for store running, and is its URL right\?/, ['--store', 'redis://127.0.0.1:1']],
    [
      1,
      /Is the server for live running, and is its URL right\?/,
      ['--store', 'memory:', '--live', 'redis://127.0.0.1:1'],
    ],
    [2, /THREADKEEP_JWT_SECRET or .* is missing: production/, [], { THREADKEEP_MODE: 'production' }],
  ]
  for (const [status, says, args, env] of tries) {
    const ended = run(['--port', '0', '--data', data, ...args], env)
    expect(ended.stderr, args.join(' ')).toMatch(says)
    expect(ended.stderr, args.join(' ')).not.toMatch(/\n +at /)
    expect(ended.status, args.join(' ')).toBe(status)
  }
}, 120_000)

test('gateway and worker tell at the start of variables that nothing reads, with the name that may be meant', async () => {
  const env = { THREADKEEP_PROT: '1', THREADKEEP_JOBS: 'expiry', THREADKEEP_MAX_COST: '10000' }
  const args = ['--port', '0', '--store', 'memory:']
  for (const [main, more] of [
    [compiled.main, ['--data', directory()]],
    [workerMain, []],
  ] as const) {
    const { said } = await start(main, [...args, ...more], env)
    const told = said.filter((line) => line.includes('nothing reads it'))
    expect(told).toEqual([expect.stringContaining('is THREADKEEP_PORT meant?')])
  }
})

test('a token for somebody else is printed alone, and the gateway on the same data takes it', async () => {
  const data = directory()
  const { url } = await start(compiled.main, ['--port', '0', '--store', 'memory:', '--data', data])
  const { stdout, status } = run(['token', 'bob', '--data', data])
  expect(status).toBe(0)
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${stdout.trim()}` },
    body: '{"query":"mutation { createUser(input: {}) { user { id } } }"}',
  })
  expect(await answer.json()).toEqual({ data: { createUser: { user: { id: 'bob' } } } })
  expect(run(['token', '--data', data]).stderr).toBe('threadkeep-gateway: Say for whom: token bob.\n')
})
