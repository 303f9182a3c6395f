import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { modelSuite, storeCases } from '@threadkeep/core/conformance'
import fc from 'fast-check'
import { afterAll, describe, test } from 'vitest'
import { sqliteStore } from '../src/index.ts'

const directory = mkdtempSync(join(tmpdir(), 'threadkeep-sqlite-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
// A failure names its seed: replay it with SEED=…
const seed = process.env['SEED'] === undefined ? {} : { seed: Number(process.env['SEED']) }

describe.each(['full', 'normal'] as const)('sqliteStore with durability %s keeps the contract', (durability) => {
  let files = 0
  const path = () => join(directory, `${durability}-${files++}.db`)
  for (const { name, run } of [...storeCases, ...modelSuite(fc, { runs: 500, ...seed })]) {
    test(name, { timeout: 300_000 }, () => run({ open: (clock) => sqliteStore({ path: path(), durability, clock }) }))
  }
})
