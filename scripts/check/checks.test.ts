import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { changesetFaults } from './changesets.ts'
import { failuresOf } from './command.ts'
import { findCycles } from './cycles.ts'
import { importFaults } from './floors.ts'
import { importsOf } from './import-graph.ts'
import { publishFaults } from './publish.ts'
import { readmeFaults } from './readme-code.ts'
import { uncheckedFolders } from './type-coverage.ts'

const repository = join(import.meta.dirname, '../..')
const roots: string[] = []

/** A small workspace on disk that is removed after the test. */
function workspace(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'threadkeep-check-'))
  roots.push(root)
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  return root
}

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
})

describe('imports', () => {
  test('every form of import is read, and text that only looks like one is not', () => {
    const source = [
      "import type { A } from './a.ts'",
      'import {',
      '  b,',
      "} from './b.ts'",
      "import './c.ts'",
      "export * from './d.ts'",
      "const e = await import('./e.ts')",
      "// const f = await import('./f.ts')",
      'const text = "import g from \'./g.ts\'"',
    ].join('\n')
    expect(importsOf(source).map(({ specifier, line }) => `${specifier}:${line}`)).toEqual([
      './a.ts:1',
      './b.ts:2',
      './d.ts:6',
      './c.ts:5',
      './e.ts:7',
    ])
  })

  test('down is fine; up, sideways and by a path are not', () => {
    const root = workspace({
      'packages/core/src/errors/e.ts': "import { s } from '../store/s.ts'",
      'packages/core/src/store/s.ts': '',
      'packages/core/src/domain/d.ts': "import { s } from '../store/s.ts'",
      'packages/core/src/memory/m.ts': "import { l } from '../local/l.ts'",
      'packages/core/src/store/named.ts': "import { x } from '@threadkeep/core'",
      'packages/wrappers/src/w.ts': "import { x } from '@threadkeep/core/store'",
      'packages/core/src/store/up.ts': "import { w } from '@threadkeep/wrappers'",
      'packages/store-redis/src/r.ts': "import { m } from '@threadkeep/store-mongo'",
      'packages/store-redis/src/p.ts': "import { e } from '../../core/src/errors/e.ts'",
      'packages/store-redis/src/r.test.ts': "import { m } from '@threadkeep/store-mongo'",
      'packages/unheard-of/src/u.ts': "import { x } from '@threadkeep/core'",
    })
    expect(importFaults(root)).toEqual([
      'packages/core/src/errors/e.ts:1 imports upwards: errors must not know store',
      'packages/core/src/memory/m.ts:1 imports sideways: memory must not know local',
      'packages/core/src/store/named.ts:1 imports its own package by name: use the path of the file',
      'packages/core/src/store/up.ts:1 imports upwards: core must not know wrappers',
      'packages/store-redis/src/p.ts:1 reaches into another package by a path: import it by its name',
      'packages/store-redis/src/r.ts:1 imports sideways: store-redis must not know store-mongo',
      'packages/unheard-of/src/u.ts:1: unheard-of is on no floor; give it one in scripts/check/floors.ts',
    ])
  })

  test('files that import each other in a circle are named', () => {
    const root = workspace({
      'packages/core/src/store/a.ts': "import type { B } from './b.ts'",
      'packages/core/src/store/b.ts': "import type { C } from './c.ts'",
      'packages/core/src/store/c.ts': "import type { A } from './a.ts'",
      'packages/core/src/store/d.ts': "import type { A } from './a.ts'",
    })
    const [fault, ...others] = importFaults(root)
    expect(fault).toMatch(/circle: \S+a.ts, \S+b.ts, \S+c.ts$/)
    expect(others).toEqual([])
  })

  test('separate circles are separate, and a straight line is none', () => {
    const edges = { a: ['b'], b: ['a', 'c'], c: ['d'], d: ['c'], e: ['a'], f: ['f'] }
    expect(findCycles(new Map(Object.entries(edges)))).toEqual([['c', 'd'], ['a', 'b'], ['f']])
  })
})

describe('readme', () => {
  test('a block that does not compile is reported at the line of its page, and nothing is left behind', async () => {
    const page = [
      '# Page',
      '',
      '```ts',
      'const fine: number = 1',
      '```',
      '',
      '```ts',
      "const n: number = 'x'",
      '```',
      '',
    ]
    const root = workspace({ 'bench/README.md': page.join('\n') })
    cpSync(join(repository, 'tsconfig.base.json'), join(root, 'tsconfig.base.json'))
    mkdirSync(join(root, 'node_modules'))
    cpSync(join(repository, 'node_modules/@types'), join(root, 'node_modules/@types'), { recursive: true })
    const faults = await readmeFaults(root)
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(/^bench\/README.md\(8,7\): error TS2322/)
    expect(await readmeFaults(workspace({ 'README.md': 'no code' }))).toEqual([])
  })
})

describe('publish and release', () => {
  test('a package whose exports name a file that is not packed is refused', async () => {
    const manifest = { name: 'x', version: '1.0.0', type: 'module', exports: './dist/index.js', files: ['dist'] }
    const root = workspace({ 'packages/x/package.json': JSON.stringify(manifest), 'packages/x/README.md': '' })
    expect((await publishFaults(root)).join('\n')).toMatch(/dist\/index.js.*does not exist/)
  })

  test('a configuration of releases that names a package which is not here is refused', async () => {
    const root = workspace({
      'package.json': JSON.stringify({ name: 'root', private: true, packageManager: 'pnpm@12.21.0' }),
      'pnpm-workspace.yaml': 'packages: [packages/*]',
      'pnpm-lock.yaml': '',
      'packages/x/package.json': JSON.stringify({ name: 'x', version: '1.0.0' }),
      '.changeset/config.json': JSON.stringify({ fixed: [['x', 'not-here']] }),
    })
    expect((await changesetFaults(root)).join('\n')).toMatch(/not-here/)
    expect(await changesetFaults(repository)).toEqual([])
  })
})

test('a folder of TypeScript that no type check reaches is named', () => {
  const root = workspace({
    'package.json': '{"scripts":{"typecheck":"tsc"}}',
    'bench/package.json': '{"scripts":{"typecheck":"tsc"}}',
    'bench/lib/a.ts': '',
    'packages/x/package.json': '{}',
    'packages/x/src/a.ts': '',
    'test/reliability/a.ts': '',
  })
  expect(uncheckedFolders(root).map((fault) => fault.split(':')[0])).toEqual(['packages/x/src', 'test/reliability'])
})

test('a tool that cannot be started is a failure', async () => {
  expect((await failuresOf('threadkeep-no-such-tool', []))[0]).toMatch(/threadkeep-no-such-tool/)
})
