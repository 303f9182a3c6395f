import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storeCases } from '@threadkeep/core/conformance'
import { afterAll, describe, test } from 'vitest'
import { sqliteStore } from '../src/index.ts'

const directory = mkdtempSync(join(tmpdir(), 'threadkeep-sqlite-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe.each(['full', 'normal'] as const)('sqliteStore with durability %s keeps the contract', (durability) => {
  let files = 0
  const path = () => join(directory, `${durability}-${files++}.db`)
  for (const { name, run } of storeCases) {
    test(name, () => run({ open: (clock) => sqliteStore({ path: path(), durability, clock }) }))
  }
})
