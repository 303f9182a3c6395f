import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What the checks read of a package.json. */
export interface Manifest {
  readonly name: string
  readonly private?: boolean
}

/** One package of the workspace; `folder` is relative to the root, with `/` on every system. */
export interface Package {
  readonly folder: string
  readonly manifest: Manifest
}

const folders = ['packages/*', 'apps/*', 'examples/*', 'bench', 'test', 'test/support']

/** Every package of the workspace but the root, in order of its folder. */
export function packagesOf(root: string): readonly Package[] {
  return globSync(
    folders.map((folder) => `${folder}/package.json`),
    { cwd: root },
  )
    .map((file) => file.replaceAll('\\', '/'))
    .toSorted()
    .map((file) => ({
      folder: dirname(file),
      manifest: JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest,
    }))
}
