import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, posix } from 'node:path'
import { command } from './command.ts'

/** The TypeScript of one page: each block is a module of its own, at the line it has in the page. */
export interface CodeBlock {
  readonly code: string
  readonly line: number
}

// Beside the page, so that its relative imports and the packages it may use are the page's own.
const scratch = '.readme-'
const pages = ['*.md', '{packages,apps,examples}/*/*.md', 'bench/*.md', 'test/**/*.md']

/** Type-checks every ```ts block of every page against the sources. A failure names the page and its line. */
export async function readmeFaults(root: string): Promise<readonly string[]> {
  const found = globSync(pages, { cwd: root, exclude: ['**/node_modules/**'] }).map((page) =>
    page.replaceAll('\\', '/'),
  )
  const places = new Map<string, string>()
  const config = `${scratch}tsconfig.json`
  try {
    for (const page of found.toSorted()) {
      for (const { code, line } of codeBlocks(readFileSync(join(root, page), 'utf8'))) {
        const file = posix.join(dirname(page), `${scratch}${basename(page, '.md')}-${line}.ts`)
        // As many empty lines before the code as the page has, so that the compiler's line is the page's.
        writeFileSync(join(root, file), `${'\n'.repeat(line)}${code}\nexport {}\n`)
        places.set(file, page)
      }
    }
    if (places.size === 0) return []
    // What a page shows may declare a thing it does not use.
    const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false }
    const files = [...places.keys()]
    writeFileSync(join(root, config), JSON.stringify({ extends: './tsconfig.base.json', files, compilerOptions }))
    const { ok, output } = await command('tsc', ['-p', config, '--pretty', 'false'], root)
    return ok
      ? []
      : [
          output
            .split('\n')
            .map((line) => nameThePage(line, places))
            .join('\n'),
        ]
  } finally {
    for (const file of [...places.keys(), config]) rmSync(join(root, file), { force: true })
  }
}

function nameThePage(line: string, places: ReadonlyMap<string, string>): string {
  const [, file = '', rest = ''] = /^(.*?\.ts)(\(.*)$/.exec(line) ?? []
  const page = places.get(file.replaceAll('\\', '/'))
  return page ? page + rest : line
}

/** The blocks fenced as `ts`; `line` counts the lines before the code. */
export function codeBlocks(page: string): readonly CodeBlock[] {
  return [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => ({
    code: match[1]!.trimEnd(),
    line: page.slice(0, match.index).split('\n').length,
  }))
}
