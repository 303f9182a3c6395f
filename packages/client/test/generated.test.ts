import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { generate } from '../scripts/generate.ts'

test('the committed types are those of the committed schema', () => {
  expect(readFileSync(join(import.meta.dirname, '../src/generated.ts'), 'utf8')).toBe(generate())
})
