import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/** One import of one file. */
export interface Import {
  readonly specifier: string
  readonly line: number
}

/** Source files and what each imports. Paths are relative to the root, with `/` on every system. */
export type ImportGraph = ReadonlyMap<string, readonly Import[]>

// Anchored to the start of a line: the formatter puts every import there, and text inside a template stays out.
const patterns = [
  /^(?:import|export)\b[^'";]*?\bfrom\s*'([^']+)'/gm,
  /^import\s*'([^']+)'/gm,
  /^(?!\s*(?:\*|\/\/)).*\bimport\(\s*'([^']+)'\s*\)/gm,
]

/** Reads the imports, exports-from and dynamic imports of literals, of types too. */
export function importsOf(source: string): readonly Import[] {
  return patterns
    .flatMap((pattern) => [...source.matchAll(pattern)])
    .map((match) => ({ specifier: match[1]!, line: source.slice(0, match.index).split('\n').length }))
}

/** The graph of all TypeScript files in these folders. Built and installed files are no part of it. */
export function readImportGraph(root: string, folders: readonly string[]): ImportGraph {
  const files = globSync(
    folders.map((folder) => `${folder}/**/*.ts`),
    { cwd: root, exclude: ['**/node_modules/**', '**/dist/**', '**/.*/**'] },
  )
  return new Map(
    files
      .map((file) => file.replaceAll('\\', '/'))
      .toSorted()
      .map((file) => [file, importsOf(readFileSync(join(root, file), 'utf8'))]),
  )
}

/** The file a relative import names, or undefined for a package. */
export function resolveRelative(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined
  return relative('/', resolve('/', dirname(from), specifier)).replaceAll('\\', '/')
}
