import { readFileSync, writeFileSync } from 'node:fs'
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql'
import { expect, test } from 'vitest'
import { buildGatewaySchema } from '../src/schema/build-schema.ts'

const file = new URL('../schema.graphql', import.meta.url)

test('schema.graphql is the schema that the gateway serves', async () => {
  const printed = `${printSchema(lexicographicSortSchema(await buildGatewaySchema()))}\n`
  // `UPDATE_SCHEMA=1` writes the file; the change is then reviewed like any other.
  if (process.env['UPDATE_SCHEMA']) writeFileSync(file, printed)
  expect(readFileSync(file, 'utf8')).toBe(printed)
})

test('every field, argument and value says what it is', async () => {
  const schema = await buildGatewaySchema()
  const roots = new Set([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()])
  const silent: string[] = []
  const look = (place: string, { description }: { readonly description?: string | null | undefined }): void => {
    if (!description) silent.push(place)
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (/^(__|String$|Boolean$|Int$|Float$|ID$)/.test(type.name)) continue
    if (!isObjectType(type) || !roots.has(type)) look(type.name, type)
    if (isEnumType(type)) for (const value of type.getValues()) look(`${type.name}.${value.name}`, value)
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue
    for (const field of Object.values(type.getFields())) {
      look(`${type.name}.${field.name}`, field)
      if ('args' in field) for (const arg of field.args) look(`${type.name}.${field.name}(${arg.name})`, arg)
    }
  }
  expect(silent).toEqual([])
})
