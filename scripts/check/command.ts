import { spawn } from 'node:child_process'

/** What a command answered. */
export interface Answer {
  readonly ok: boolean
  /** Standard output and error in the order they came, without colours. */
  readonly output: string
}

/** Runs a tool of the workspace to its end. It never rejects: a tool that cannot be started is an answer too. */
export function command(name: string, args: readonly string[], cwd = process.cwd()): Promise<Answer> {
  return new Promise((resolve) => {
    const child = spawn(name, args, {
      cwd,
      // On Windows the tools are .cmd files, which only a shell starts.
      shell: process.platform === 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    })
    let output = ''
    const read = (chunk: Buffer) => {
      output += chunk
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('error', (error) => resolve({ ok: false, output: `${name}: ${error.message}` }))
    child.once('close', (code) => resolve({ ok: code === 0, output: output.trim() }))
  })
}

/** The failure of a command as a list for a step: empty when it went well. */
export async function failuresOf(name: string, args: readonly string[], cwd?: string): Promise<readonly string[]> {
  const { ok, output } = await command(name, args, cwd)
  return ok ? [] : [output === '' ? `${name} ${args.join(' ')} failed without a word` : output]
}
