#!/usr/bin/env node
import { mkdir } from 'node:fs/promises'
import { openBackend, redisPlace } from '@threadkeep/adapters'
import type { RateLimiter } from '@threadkeep/core'
import { localRateLimiter } from '@threadkeep/core'
import { isThreadkeepError, systemClock, ThreadkeepError } from '@threadkeep/core/store'
import type { Config } from './config/read-config.ts'
import { readConfig } from './config/read-config.ts'
import { readOperations } from './config/read-operations.ts'
import { helpText } from './config/settings.ts'
import { startGateway } from './gateway.ts'
import { developmentSecret } from './identity/development-secret.ts'
import { createKeySet } from './identity/key-source.ts'
import { createLog, described } from './operation/log.ts'
import { welcome } from './operation/welcome.ts'

const stopWithin = 9_500
const housekeepingEvery = 60_000

async function main(): Promise<void> {
  const config = readConfig(process.argv.slice(2), process.env)
  if (config) await serve(config)
  else process.stdout.write(helpText)
}

async function serve(config: Config): Promise<void> {
  const log = createLog(config.logLevel)
  const registered = config.operations === undefined ? undefined : await readOperations(config.operations)
  const secret = await prepareData(config)
  const backend = await openBackend(config.urls)
  const closers: (() => Promise<void>)[] = [() => backend.close()]
  try {
    const rateLimiter = await openRateLimiter(config)
    if (rateLimiter) closers.unshift(() => rateLimiter.close())
    const gateway = await startGateway({
      ...config,
      backend,
      registered,
      rateLimiter,
      auth: { ...config.auth, key: secret ?? createKeySet({ url: config.auth.jwks!, clock: systemClock }) },
      housekeeping: config.urls.external ? undefined : housekeepingEvery,
      report: (error, where) => log.error({ where, ...described(error) }, 'failed'),
      onRequest: log.isLevelEnabled('debug')
        ? ({ request, response, requestId }, route, millis) =>
            log.debug({ requestId, method: request.method, route, status: response.statusCode, millis }, 'answered')
        : undefined,
    })
    closers.unshift(() => gateway.close())
    log.info({ url: gateway.url, store: config.urls.store.split(':')[0] }, 'serving')
    if (!config.production) process.stderr.write(await welcome(gateway.url, config, secret))
  } catch (error) {
    for (const close of closers) await close()
    throw error
  }

  const stop = async (): Promise<never> => {
    log.info('stopping')
    setTimeout(() => process.exit(1), stopWithin).unref()
    for (const close of closers) await close()
    log.info('stopped')
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop())
}

/** Makes the data directory, and answers the secret of tokens where there is one. */
async function prepareData({ auth, data }: Config): Promise<Uint8Array | undefined> {
  try {
    await mkdir(data, { recursive: true })
    if (auth.jwks !== undefined) return undefined
    return auth.secret === undefined ? await developmentSecret(data) : new TextEncoder().encode(auth.secret)
  } catch (cause) {
    if (isThreadkeepError(cause)) throw cause
    const advice = 'Give --data (THREADKEEP_DATA) a directory that this process may write to.'
    throw new ThreadkeepError('MISCONFIGURED', `${(cause as Error).message}. ${advice}`, { cause })
  }
}

/** Within the process, or where hints flow over Redis, shared by all gateways. */
async function openRateLimiter({ rateLimit, urls }: Config): Promise<RateLimiter | undefined> {
  if (!rateLimit) return undefined
  if (!/^rediss?:/.test(urls.live ?? '')) return localRateLimiter(rateLimit)
  const { redisRateLimiter } = await import('@threadkeep/store-redis')
  return redisRateLimiter({ ...redisPlace(urls.live!), ...rateLimit })
}

try {
  await main()
} catch (error) {
  const known = isThreadkeepError(error)
  process.stderr.write(`threadkeep-gateway: ${known ? error.message : (error as Error).stack}\n`)
  process.exitCode = known && error.code === 'MISCONFIGURED' ? 2 : 1
}
