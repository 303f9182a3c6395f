import { findCycles } from './cycles.ts'
import type { Import, ImportGraph } from './import-graph.ts'
import { readImportGraph, resolveRelative } from './import-graph.ts'

/**
 * The house, from the ground up. A file may import from its own room and from every floor below; rooms on one floor do
 * not know each other.
 */
const packageFloors: readonly (readonly string[])[] = [
  ['core'],
  ['wrappers', 'store-sqlite', 'store-redis', 'store-mongo', 'store-postgres', 'events-kafka'],
  ['adapters'],
  ['gateway', 'worker'],
  ['client', 'cli', 'console'],
]

/** The floors inside packages/core/src. `index.ts` is the roof: it imports all and is imported by none. */
const coreFloors: readonly (readonly string[])[] = [
  ['errors'],
  ['store'],
  ['ports'],
  ['search', 'collection'],
  ['memory', 'local'],
  ['domain'],
  ['chatkit'],
  ['conformance'],
]

/** Every import that goes up or sideways, leaves its package by a path, or closes a circle. */
export function importFaults(root: string): readonly string[] {
  const graph = readImportGraph(root, ['packages/*', 'apps/*'])
  const faults = [...graph].flatMap(([file, imports]) => imports.flatMap((used) => faultsOf(file, used)))
  return [...faults, ...circles(graph)]
}

function faultsOf(file: string, used: Import): readonly string[] {
  const at = `${file}:${used.line}`
  const target = resolveRelative(file, used.specifier)
  const home = file.split('/').slice(0, 2).join('/')
  if (target !== undefined && !target.startsWith(`${home}/`)) {
    return [`${at} reaches into another package by a path: import it by its name`]
  }
  // Tests stand outside the house: they may bring any room they need.
  if (isTest(file)) return []
  if (target !== undefined) return roomFault(at, coreFloors, coreRoom(file), coreRoom(target))
  const name = /^@threadkeep\/([^/]+)/.exec(used.specifier)?.[1]
  const room = home.split('/')[1]!
  if (name === room) return [`${at} imports its own package by name: use the path of the file`]
  return roomFault(at, packageFloors, room, name)
}

function roomFault(
  at: string,
  floors: readonly (readonly string[])[],
  from: string | undefined,
  to: string | undefined,
): readonly string[] {
  if (from === undefined || to === undefined || from === to) return []
  const [upper, lower] = [from, to].map((room) => floors.findIndex((floor) => floor.includes(room)))
  if (upper === -1) return [`${at}: ${from} is on no floor; give it one in scripts/check/floors.ts`]
  if (lower === -1) return [`${at}: ${to} is on no floor; give it one in scripts/check/floors.ts`]
  if (lower! < upper!) return []
  return [`${at} imports ${lower === upper ? 'sideways' : 'upwards'}: ${from} must not know ${to}`]
}

/** The folder of core a file is in; undefined for other packages and for the roof. */
function coreRoom(file: string): string | undefined {
  return /^packages\/core\/src\/([^/]+)\//.exec(file)?.[1]
}

function circles(graph: ImportGraph): readonly string[] {
  const edges = new Map<string, readonly string[]>()
  for (const [file, imports] of graph) {
    edges.set(
      file,
      imports.map(({ specifier }) => resolveRelative(file, specifier)).filter((target) => target !== undefined),
    )
  }
  return findCycles(edges).map((group) => `these import each other in a circle: ${group.join(', ')}`)
}

function isTest(file: string): boolean {
  return file.endsWith('.test.ts') || file.split('/')[2] === 'test'
}
