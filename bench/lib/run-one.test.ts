import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { parseResult } from './result.ts'
import { startServer } from './server.ts'
import { cpuPerOperation } from './sides.ts'
import { describeServers, table } from './table.ts'

const run = promisify(execFile)
const fixture = (name: string) => join(import.meta.dirname, 'fixtures', name)

async function bench(name: string) {
  const { stdout } = await run(process.execPath, [
    '--conditions=threadkeep-source',
    '--expose-gc',
    join(import.meta.dirname, 'run-one.ts'),
    fixture(name),
  ])
  return stdout.trim().split('\n')
}

test('a bench prints one line of JSON for each comparison, and the table marks what was missed', async () => {
  const lines = await bench('both.bench.ts')
  const results = lines.map((line) => parseResult(line)!)
  expect(results).toMatchObject([
    { bench: 'both', against: 'itself', bar: '>=0.01', unit: 'op/s', rounds: 7, met: true },
    { bench: 'fixed', ratio: 2, ours: 20, theirs: 10, met: false },
    { bench: 'told', ratio: 4 },
  ])
  expect(table(results)).toMatch(/fixed +\| a limit of 10 \| 2 .*MISSED/)
  expect(table(results)).toMatch(/told +\| a limit of 5 +\| 4 +\| +\| +\|/)
})

test('the servers of results are named once', () => {
  const [redis, kafka] = ['Redis 7, from a place', 'Kafka 4, from another']
  const line = { bench: 'b', against: 'a', ratio: 1, ours: 1, theirs: 1, unit: 's', rounds: 7, noise: 0 }
  const results = [line, { ...line, servers: [redis] }, { ...line, servers: [redis, kafka] }]
  expect(describeServers(results)).toBe(`Servers: ${kafka}; ${redis}.`)
  expect(describeServers([line, { bench: 'b', skipped: 'no server here' }])).toBe('')
})

test('a bench that cannot run here says why', async () => {
  expect(await bench('skipped.bench.ts')).toEqual(['{"bench":"skipped","skipped":"no server here"}'])
})

test('the CPU of a server in another process is charged to its operations', async () => {
  await using server = await startServer({ script: fixture('server.ts'), ready: /port (\d+)/ })
  const request = async (count: number) => {
    for (let i = 0; i < count; i++) await (await fetch(`http://127.0.0.1:${server.match[1]}`)).text()
  }
  const micros = await cpuPerOperation(20, request, server.cpu)()
  expect(micros).toBeGreaterThan(2_000)
  expect((await server.memory()).heapUsed).toBeGreaterThan(1e6)
})

test('a server that ends before it is ready is an error with what it printed', async () => {
  await expect(startServer({ script: fixture('missing.ts'), ready: /never/ })).rejects.toThrow(/ended with 1.*missing/s)
})
