import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { searchCases } from '@threadkeep/core/conformance'
import { afterAll, describe, test } from 'vitest'
import { sqliteSearchIndex } from '../src/index.ts'

const directory = mkdtempSync(join(tmpdir(), 'threadkeep-search-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('sqliteSearchIndex keeps the search contract', () => {
  let files = 0
  const path = () => join(directory, `${files++}.db`)
  for (const { name, run } of searchCases) {
    test(name, () => run({ open: (clock) => sqliteSearchIndex({ path: path(), durability: 'normal', clock }) }))
  }
})
