import { readFileSync, writeFileSync } from 'node:fs'
import { lexicographicSortSchema, printSchema } from 'graphql'
import { expect, test } from 'vitest'
import { buildGatewaySchema } from '../src/schema/build-schema.ts'

const file = new URL('../schema.graphql', import.meta.url)

test('schema.graphql is the schema that the gateway serves', async () => {
  const printed = `${printSchema(lexicographicSortSchema(await buildGatewaySchema()))}\n`
  // `UPDATE_SCHEMA=1` writes the file; the change is then reviewed like any other.
  if (process.env['UPDATE_SCHEMA']) writeFileSync(file, printed)
  expect(readFileSync(file, 'utf8')).toBe(printed)
})
