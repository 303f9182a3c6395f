import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command } from './command.ts'
import type { Package } from './workspace.ts'
import { packagesOf } from './workspace.ts'

/**
 * Packs every package that is published, as it would be published, and lets publint and attw judge the archive. The
 * packages must be built.
 */
export async function publishFaults(root: string): Promise<readonly string[]> {
  const published = packagesOf(root).filter(({ manifest }) => manifest.private !== true)
  const faults: string[] = []
  for (const one of published) faults.push(...(await judge(root, one)))
  return faults
}

async function judge(root: string, { folder, manifest }: Package): Promise<readonly string[]> {
  const out = mkdtempSync(join(tmpdir(), 'threadkeep-pack-'))
  try {
    const packed = await command('pnpm', ['pack', '--pack-destination', out], join(root, folder))
    const archive = readdirSync(out).find((file) => file.endsWith('.tgz'))
    if (!packed.ok || archive === undefined) return [`${manifest.name}: pnpm pack\n${packed.output}`]
    const path = join(out, archive)
    const answers = await Promise.all([
      command('publint', ['run', path, '--strict'], root),
      command('attw', [path, '--profile', 'esm-only', '--no-color', '--no-emoji'], root),
    ])
    return answers.filter(({ ok }) => !ok).map(({ output }) => `${manifest.name}:\n${output}`)
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}
