import { execFile } from 'node:child_process'
import { basename } from 'node:path'
import { promisify } from 'node:util'
import type { Origin } from './definition.ts'

const run = promisify(execFile)
let answer: Promise<boolean> | undefined

/** Whether a container engine answers. A client alone, without an engine behind it, does not count. */
export function dockerAnswers(): Promise<boolean> {
  answer ??= run('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 5000 }).then(
    ({ stdout }) => stdout.trim() !== '',
    () => false,
  )
  return answer
}

export interface Image {
  readonly image: string
  /** The directory in the container that holds the data. */
  readonly data: string
  readonly url: Origin['url']
  readonly initiate?: Origin['initiate']
  readonly server?: string
  readonly stopSignal?: NodeJS.Signals
  /** The server listens on the same ports inside as outside, so that addresses it tells its clients are true. */
  args(ports: readonly number[]): readonly string[]
  env?(ports: readonly number[]): Readonly<Record<string, string>>
  /** For an image that reads its settings there: what a test adds to the command line, as variables. */
  extraEnv?(extra: readonly string[]): Readonly<Record<string, string>>
}

/** A server from an image. Its data survive a restart in a volume, which goes when the server's directory goes. */
export function dockerOrigin(image: Image): Origin {
  return {
    from: `Docker image ${image.image}`,
    url: image.url,
    ...(image.initiate && { initiate: image.initiate }),
    ...(image.server && { server: image.server }),
    launch: async ({ ports, dir }, extra) => {
      const name = basename(dir)
      const published = ports.flatMap((port) => ['-p', `127.0.0.1:${port}:${port}`])
      const settings = { ...image.env?.(ports), ...image.extraEnv?.(extra) }
      const variables = Object.entries(settings).flatMap(([key, value]) => ['-e', `${key}=${value}`])
      return {
        command: 'docker',
        args: [
          ...['run', '--rm', '--name', name, '-v', `${name}:${image.data}`],
          ...[...published, ...variables, image.image, ...image.args(ports), ...(image.extraEnv ? [] : extra)],
        ],
        crash: ['docker', 'kill', '--signal', 'KILL', name],
        cleanup: ['docker', 'volume', 'rm', '-f', name],
        ...(image.stopSignal && { stopSignal: image.stopSignal }),
      }
    },
  }
}
