import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const sources = '{apps,bench,examples,packages,test}/**/*.ts'

/** Every folder of TypeScript that no `typecheck` script reaches: nobody would notice a wrong type in it. */
export function uncheckedFolders(root: string): readonly string[] {
  const files = globSync(sources, { cwd: root, exclude: ['**/node_modules/**', '**/dist/**'] })
  const folders = new Set(files.map((file) => dirname(file).replaceAll('\\', '/')))
  return [...folders]
    .toSorted()
    .filter((folder) => !isChecked(root, folder))
    .map((folder) => `${folder}: its package has no "typecheck" script, so turbo passes it over`)
}

/** The nearest package decides; the root's own type check does not reach into the workspace. */
function isChecked(root: string, folder: string): boolean {
  if (folder === '.') return false
  const manifest = join(root, folder, 'package.json')
  if (!existsSync(manifest)) return isChecked(root, dirname(folder))
  return 'typecheck' in ((JSON.parse(readFileSync(manifest, 'utf8')) as { scripts?: object }).scripts ?? {})
}
