#!/usr/bin/env node
import { openBackend, standardOutput, strangeVariables } from '@threadkeep/adapters'
import { isThreadkeepError } from '@threadkeep/core/store'
import { createTopics } from '@threadkeep/events-kafka'
import { pino } from 'pino'
import type { Command } from './config/config.ts'
import { helpText, readCommand } from './config/config.ts'
import { startWorker } from './worker.ts'

const stopWithin = 9_500

async function main(): Promise<void> {
  const command = readCommand(process.argv.slice(2), process.env)
  if (command.do === 'help') process.stdout.write(helpText)
  else if (command.do === 'topics') await makeTopics(command)
  else await work(command)
}

async function makeTopics({ events, partitions, replication }: Command & { do: 'topics' }): Promise<void> {
  const topics = await createTopics(
    { url: events },
    {
      ...(partitions !== undefined && { partitions }),
      ...(replication !== undefined && { replicationFactor: replication }),
    },
  )
  for (const { topic, partitions: count, created } of topics)
    process.stdout.write(`${topic}: ${count} partitions, ${created ? 'created' : 'already there'}\n`)
}

async function work({
  urls,
  events,
  jobs,
  host,
  port,
  expiryEvery,
  takeover,
  logLevel,
}: Command & { do: 'work' }): Promise<void> {
  const log = pino({ level: logLevel, base: { pid: process.pid } }, standardOutput())
  for (const sentence of strangeVariables(process.env)) log.warn(sentence)
  const backend = await openBackend(urls)
  const worker = await startWorker({
    backend,
    jobs,
    host,
    port,
    expiryEvery,
    leaseLife: takeover,
    sessionTimeout: takeover,
    ...(events !== undefined && { events }),
    report: (error, where) => log.warn({ where, ...described(error) }, 'failed, goes on'),
  }).catch(async (error: unknown) => {
    await backend.close()
    throw error
  })
  log.info({ jobs, url: worker.url }, 'working')

  const stop = async (code: number): Promise<never> => {
    setTimeout(() => process.exit(code || 1), stopWithin).unref()
    await worker.close()
    await backend.close()
    log.info({ code }, 'stopped')
    process.exit(code)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(0))
  worker.failed.catch((error: unknown) => {
    log.fatal(described(error), 'cannot go on')
    return stop(1)
  })
}

/** Of an error only what cannot hold content: code and message of ours; of others the name and where it was. */
function described(error: unknown): Readonly<Record<string, unknown>> {
  if (isThreadkeepError(error)) return { code: error.code, message: error.message }
  if (!(error instanceof Error)) return { name: typeof error }
  const frames = error.stack?.split('\n').filter((line) => /^ +at /.test(line))
  return { name: error.name, stack: frames?.slice(0, 5).join('\n') }
}

try {
  await main()
} catch (error) {
  const known = isThreadkeepError(error)
  process.stderr.write(`threadkeep-worker: ${known ? error.message : (error as Error).stack}\n`)
  process.exitCode = known && error.code === 'MISCONFIGURED' ? 2 : 1
}
