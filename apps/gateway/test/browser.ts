import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import type { Parsed } from './harness.ts'

/** A page in a real browser. */
export interface Page {
  /** Runs an expression in the page and answers its value, which is JSON. */
  run<T>(expression: string): Promise<T>
  /** Waits until an expression is true, for ten seconds at most. */
  until(expression: string): Promise<void>
  /** Every address the page has asked for. */
  readonly requested: readonly string[]
  /** What the page complained of. */
  readonly complaints: readonly string[]
}

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']

/** A Chromium on this machine: `CHROMIUM` names one, else PATH is searched. */
export function findChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const candidates = folders.flatMap((folder) => names.map((name) => join(folder, name)))
  return process.env['CHROMIUM'] ?? candidates.find((path) => existsSync(path))
}

/** Opens a page in a headless browser that ends with the test. */
export async function openPage(chromium: string, url: string): Promise<Page> {
  const profile = await mkdtemp(join(tmpdir(), 'threadkeep-browser-'))
  const child = spawn(
    chromium,
    ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'].concat(
      `--user-data-dir=${profile}`,
      '--remote-debugging-port=0',
      'about:blank',
    ),
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const ended = new Promise((resolve) => child.once('exit', resolve))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  })
  const address = await new Promise<string>((resolve, reject) => {
    let said = ''
    child.stderr.on('data', (chunk) => {
      said += chunk
      const found = /DevTools listening on (ws:\S+)/.exec(said)
      if (found) resolve(found[1]!)
    })
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`The browser ended: ${said}`)))
  })
  return control(await connect(address), url)
}

async function connect(address: string): Promise<WebSocket> {
  const socket = new WebSocket(address)
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  onTestFinished(() => socket.terminate())
  return socket
}

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: Parsed
  readonly result?: Parsed
  readonly error?: { readonly message: string }
}

async function control(socket: WebSocket, url: string): Promise<Page> {
  const waiting = new Map<number, (message: Message) => void>()
  const requested: string[] = []
  const complaints: string[] = []
  let sent = 0
  let sessionId: string | undefined
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as Message
    if (message.id !== undefined) waiting.get(message.id)?.(message)
    else if (message.method === 'Network.requestWillBeSent') requested.push(message.params.request.url)
    else if (message.method === 'Runtime.exceptionThrown') complaints.push(message.params.exceptionDetails.text)
    else if (message.method === 'Log.entryAdded' && message.params.entry.level === 'error')
      complaints.push(message.params.entry.text)
  })
  const call = (method: string, params: object = {}): Promise<Parsed> =>
    new Promise((resolve, reject) => {
      const id = ++sent
      waiting.set(id, ({ result, error }) => (error ? reject(new Error(error.message)) : resolve(result)))
      socket.send(JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) }))
    })
  const { targetId } = await call('Target.createTarget', { url: 'about:blank' })
  sessionId = (await call('Target.attachToTarget', { targetId, flatten: true })).sessionId
  for (const domain of ['Page', 'Network', 'Runtime', 'Log']) await call(`${domain}.enable`)
  await call('Page.navigate', { url })
  const run = async (expression: string): Promise<Parsed> => {
    const { result, exceptionDetails } = await call('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    })
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }
  return {
    requested,
    complaints,
    run,
    async until(expression) {
      for (let tries = 0; tries < 100; tries++) {
        if (await run(`Boolean(${expression})`)) return
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      throw new Error(`The page never came to: ${expression}\nIt shows: ${await run('document.body.innerText')}`)
    },
  }
}
