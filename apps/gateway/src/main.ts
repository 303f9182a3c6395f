#!/usr/bin/env node
import { openBackend, redisPlace, strangeVariables } from '@threadkeep/adapters'
import type { RateLimiter } from '@threadkeep/core'
import { localRateLimiter } from '@threadkeep/core'
import { isThreadkeepError, systemClock } from '@threadkeep/core/store'
import type { Config } from './config/read-config.ts'
import { readConfig } from './config/read-config.ts'
import { readOperations } from './config/read-operations.ts'
import { helpText } from './config/settings.ts'
import { startGateway } from './gateway.ts'
import { tokenFor } from './identity/development-token.ts'
import { createKeySet } from './identity/key-source.ts'
import { tokenSecret } from './identity/token-secret.ts'
import { createLog, described } from './operation/log.ts'
import { welcome } from './operation/welcome.ts'

const stopWithin = 9_500
const housekeepingEvery = 60_000

async function main(): Promise<void> {
  const given = process.argv.slice(2)
  const forToken = given[0] === 'token'
  const userId = forToken && !given[1]?.startsWith('-') ? given[1] : undefined
  const flags = given.slice(Number(forToken) + Number(userId !== undefined))
  const config = readConfig(flags, process.env)
  if (!config) process.stdout.write(helpText)
  else if (forToken) process.stdout.write(`${await tokenFor(userId, config, systemClock)}\n`)
  else await serve(config)
}

async function serve(config: Config): Promise<void> {
  const log = createLog(config.logLevel)
  for (const sentence of strangeVariables(process.env)) log.warn(sentence)
  const registered = config.operations === undefined ? undefined : await readOperations(config.operations)
  const secret = await tokenSecret(config)
  const backend = await openBackend(config.urls, { deadline: config.deadline })
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
    if (!config.production) process.stderr.write(await welcome(gateway.url, config, secret, systemClock))
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
