import { readFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'

/** The machine and the versions a figure was measured on, in one line. Of the kernel only its number: builds bear names of their owners. */
export function describeMachine(): string {
  const [cpu] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${cpu?.model.trim() ?? 'unknown CPU'}, ${cpus().length} cores, ${memory} GB, ${type()} ${/^\d+\.\d+/.exec(release())?.[0] ?? ''}, Node ${process.versions.node}`
}

/** The versions of the peers, as installed for the benches. */
export function describePeers(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    dependencies?: Record<string, string>
    devDependencies?: Record<string, string>
  }
  return Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
    .filter(([name, wanted]) => !wanted.startsWith('workspace:') && !/^@types\/|^typescript$/.test(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name]) => `${name} ${installedVersion(name)}`)
    .join(', ')
}

function installedVersion(name: string): string {
  const manifest = new URL(`../node_modules/${name}/package.json`, import.meta.url)
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}
