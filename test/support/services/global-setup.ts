import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createBroker } from './broker.ts'
import type { ServiceKind } from './definition.ts'
import { addReport, makeRunDirectory, runDirectoryVariable, writeRun } from './run-directory.ts'

/**
 * The main process of a test run owns the servers. It starts none by itself: a test file asks for what it needs, and the
 * first to ask waits for the start. A run that asks for nothing costs one idle socket.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const runDir = makeRunDirectory()
  const name = `tk_${randomBytes(4).toString('hex')}`
  const broker = createBroker(runDir, name, (report) => addReport(runDir, report))
  const http = createServer((request, response) => {
    const kind = request.url!.slice(1) as ServiceKind
    broker.use(kind).then(
      (report) => response.end(JSON.stringify(report)),
      (error: Error) => response.writeHead(500).end(describeChain(error)),
    )
  })
  await new Promise<void>((resolve, reject) => http.once('error', reject).listen(0, '127.0.0.1', resolve))
  http.unref()
  writeRun(runDir, { port: (http.address() as AddressInfo).port, name })
  process.env[runDirectoryVariable] = runDir
  return async () => {
    delete process.env[runDirectoryVariable]
    http.close()
    await broker.stop()
  }
}

function describeChain(error: Error): string {
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : ''
  return error.message + cause
}
