import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Parsed } from '@threadkeep/gateway/harness'
import type { AppProcess } from '@threadkeep/test-support/apps'
import { compileGateway, startApp, workerMain } from '@threadkeep/test-support/apps'
import { service } from '@threadkeep/test-support/services'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

/** What this file knows of a service in `compose.yaml`. */
interface ComposeService {
  readonly image?: string
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly volumes?: readonly string[]
  readonly ports?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: { readonly test: readonly string[] }
}

const run = promisify(execFile)
const root = new URL('../../', import.meta.url)
const compose: {
  readonly services: Readonly<Record<string, ComposeService>>
  readonly volumes: Readonly<Record<string, null>>
} = parse(readFileSync(new URL('compose.yaml', root), 'utf8'), { merge: true })
const services = Object.entries(compose.services)
const [gateway, worker, topics] = [
  compose.services['gateway-1']!,
  compose.services['worker-1']!,
  compose.services['topics']!,
]

test('compose.yaml: services wait only for what tells that it is ready, volumes are declared, and ports are open to this machine alone', () => {
  for (const [name, { depends_on = {}, volumes = [], ports = [] }] of services) {
    for (const [other, { condition }] of Object.entries(depends_on)) {
      expect(compose.services[other], `${name} waits for ${other}`).toBeDefined()
      if (condition === 'service_healthy') expect(compose.services[other]!.healthcheck, other).toBeDefined()
    }
    for (const volume of volumes) expect(compose.volumes, name).toHaveProperty(volume.split(':')[0]!)
    for (const port of ports) expect(port, name).toMatch(/^127\.0\.0\.1:/)
  }
  for (const name of ['gateway-2', 'worker-2'])
    expect({ ...compose.services[name], ports: [] }).toEqual({ ...compose.services[name.replace('2', '1')], ports: [] })
})

const [mongodb, redis, kafka] = await Promise.all([service('mongodb'), service('redis'), service('kafka')])

test.skipIf(!mongodb.available || !redis.available || !kafka.available)(
  'compose.yaml: with the environment and the commands that stand there, two gateways share a secret and a conversation that the worker indexes, and all are healthy',
  { timeout: 120_000 },
  async () => {
    const data = mkdtempSync(join(tmpdir(), 'threadkeep-compose-'))
    const [store, hints, log] = await Promise.all([mongodb.open(), redis.open(), kafka.open()])
    const places: Readonly<Record<string, string>> = {
      mongo: store.url,
      redis: `${hints.url}?namespace=${hints.name}`,
      kafka: `${log.url}/${log.name}`,
    }
    /** As in the container, but for the servers, the port and what the image sets. */
    const envOf = ({ environment = {} }: ComposeService): Record<string, string> => {
      const env = Object.entries(environment).map(([name, value]) => {
        const filled = value.replace(/\$\{\w+:-([^}]*)\}/, '$1')
        const host = /^\w+:\/\/([^:/]+):\d+/.exec(filled)?.[1]
        if (host !== undefined) expect(compose.services, name).toHaveProperty(host)
        return [name, host === undefined ? filled : places[host]!] as const
      })
      return { ...Object.fromEntries(env), NODE_ENV: 'production', THREADKEEP_DATA: data, THREADKEEP_PORT: '0' }
    }
    const argsOf = ({ command = [] }: ComposeService): readonly string[] => command.slice(2)

    const compiled = compileGateway()
    const apps: AppProcess[] = []
    try {
      const node = (main: string, args: readonly string[], env: Record<string, string>) =>
        run(process.execPath, ['--conditions=threadkeep-source', main, ...args], { env: { ...process.env, ...env } })
      await node(workerMain, argsOf(topics), envOf(topics))
      for (const [main, one] of [
        [compiled.main, gateway],
        [compiled.main, compose.services['gateway-2']!],
        [workerMain, worker],
      ] as const)
        apps.push(await startApp(main, { args: argsOf(one), env: envOf(one) }))
      for (const { said } of apps) expect(said.filter((line) => line.includes('nothing reads it'))).toEqual([])

      const token = (await node(compiled.main, ['token', 'ada'], envOf(gateway))).stdout.trim()
      const ask = async ({ url }: AppProcess, query: string) => {
        const response = await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
          body: JSON.stringify({ query }),
        })
        return ((await response.json()) as Parsed).data
      }
      const [one, two] = apps as [AppProcess, AppProcess, AppProcess]
      await ask(one, 'mutation { createThread(input: { id: "a" }) { thread { id } } }')
      await ask(one, 'mutation { sendMessage(input: { threadId: "a", content: "composed" }) { message { seq } } }')
      await expect
        .poll(() => ask(two, '{ search(query: "composed") { nodes { message { seq } } } }'), { timeout: 60_000 })
        .toEqual({ search: { nodes: [{ message: { seq: 1 } }] } })

      for (const [app, { healthcheck }, port] of [
        [one, gateway, '4000'],
        [apps[2]!, worker, '4100'],
      ] as const) {
        const [, , flag, script] = healthcheck!.test
        const here = script!.replace(`127.0.0.1:${port}`, new URL(app.url).host)
        expect(here).not.toBe(script)
        await run(process.execPath, [flag!, here])
      }
      for (const app of apps) expect(await app.end('SIGTERM'), app.said.join('\n')).toBe(0)
    } finally {
      for (const app of apps) await app.end('SIGKILL')
      compiled[Symbol.dispose]()
      rmSync(data, { recursive: true, force: true })
    }
  },
)
