import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { generate } from '../scripts/generate.ts'

test('the committed types and the list of operations are those of the committed schema', () => {
  const { types, list } = generate()
  const committed = (path: string) => readFileSync(join(import.meta.dirname, '..', path), 'utf8')
  expect(committed('src/generated.ts')).toBe(types)
  expect(committed('operations.json')).toBe(list)
})
