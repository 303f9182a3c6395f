import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ServiceKind } from './definition.ts'
import { definitions, findOrigin } from './find-origin.ts'
import type { ServiceReport } from './run-directory.ts'
import type { ServerProcess } from './server.ts'
import { freePorts, startServer } from './server.ts'

/** Starts each kind of server when it is first asked for, once, and stops them all together. */
export interface Broker {
  use(kind: ServiceKind): Promise<ServiceReport>
  stop(): Promise<void>
}

/**
 * A broker whose servers keep their data under `runDir`. The names of all spaces of the run start with `runName`.
 * `onReport` hears once of each kind that was asked for.
 */
export function createBroker(runDir: string, runName: string, onReport: (report: ServiceReport) => void): Broker {
  const started = new Map<ServiceKind, Promise<ServiceReport>>()
  const processes: ServerProcess[] = []
  const cleanups: (() => Promise<void>)[] = []

  async function start(kind: ServiceKind): Promise<ServiceReport> {
    const definition = definitions[kind]
    const given = process.env[definition.variable]
    if (given) {
      const server = await definition.probe(given).catch((cause) => {
        throw new Error(`${definition.variable} names a server that does not answer: ${given}`, { cause })
      })
      cleanups.push(() => definition.drop(given, runName))
      return { kind, url: given, server, from: definition.variable }
    }
    const origin = await findOrigin(definition).catch((error: Error) => error)
    if (origin instanceof Error) return { kind, skipped: origin.message }
    for (let attempt = 1; ; attempt++) {
      const ports = await freePorts(definition.portCount)
      try {
        const running = await startServer(definition, origin, { ports, dir: join(runDir, `${runName}-${kind}`) })
        processes.push(running)
        return { kind, url: origin.url(ports), server: running.server, from: origin.from }
      } catch (error) {
        // Somebody may have taken the port in between.
        if (attempt === 3) throw error
      }
    }
  }

  return {
    use(kind) {
      let report = started.get(kind)
      if (!report) {
        report = start(kind)
        started.set(kind, report)
        void report.then(onReport, () => {})
      }
      return report
    },
    async stop() {
      await Promise.allSettled(started.values())
      await Promise.allSettled(cleanups.map((clean) => clean()))
      await Promise.allSettled(processes.map((running) => running.stop(false)))
      rmSync(runDir, { recursive: true, force: true })
    },
  }
}
