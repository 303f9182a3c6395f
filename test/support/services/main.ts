// Every server there is, for as long as this runs, and the lines that point tests and gateways at them.
import { parseArgs } from 'node:util'
import { readArguments } from '../read-arguments.ts'
import { serviceKinds } from './definition.ts'
import { definitions } from './find-origin.ts'
import { service, stopServices } from './service.ts'

async function main(): Promise<void> {
  const stopped = Promise.withResolvers<void>()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stopped.resolve())
  const stayAlive = setInterval(() => {}, 2 ** 30)
  try {
    const started = Promise.all(serviceKinds.map(start))
    const stop = stopped.promise.then(() => undefined)
    const urls = await Promise.race([started, stop])
    if (!urls) return
    console.log(`\n${urls.flat().join('\n')}\n\nCtrl-C stops them and removes their data.`)
    await stop
  } finally {
    clearInterval(stayAlive)
    await stopServices()
  }
}

async function start(kind: (typeof serviceKinds)[number]): Promise<readonly string[]> {
  try {
    const { available, server, url } = await service(kind)
    if (!available) throw new Error('it cannot be had on this machine')
    console.log(`${kind}: ${server}`)
    return [`export ${definitions[kind].variable}='${url}'`]
  } catch (error) {
    console.error(`${kind}: not started: ${(error as Error).message}`)
    return []
  }
}

readArguments('npm run services', () => parseArgs({ options: {} }))
await main()
