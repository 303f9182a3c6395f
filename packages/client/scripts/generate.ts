// Writes src/generated.ts and operations.json from the gateway's schema and src/operations.graphql.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { FragmentDefinitionNode, GraphQLNamedType, GraphQLType, SelectionNode, SelectionSetNode } from 'graphql'
import {
  buildSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  print,
  stripIgnoredCharacters,
  typeFromAST,
  validate,
  visit,
} from 'graphql'

const root = join(import.meta.dirname, '../../..')
const files = {
  schema: join(root, 'apps/gateway/schema.graphql'),
  operations: join(import.meta.dirname, '../src/operations.graphql'),
  generated: join(import.meta.dirname, '../src/generated.ts'),
  list: join(import.meta.dirname, '../operations.json'),
}

const scalars: Readonly<Record<string, string>> = {
  ID: 'string',
  String: 'string',
  Cursor: 'string',
  DateTime: 'string',
  Int: 'number',
  Float: 'number',
  Boolean: 'boolean',
  JSONObject: 'JsonObject',
}

/**
 * The types and texts of all operations, formatted, and the texts alone as a gateway that runs nothing else wants them. Fails when an
 * operation does not fit the schema.
 */
export function generate(): { readonly types: string; readonly list: string } {
  const schema = buildSchema(readFileSync(files.schema, 'utf8'))
  const document = parse(readFileSync(files.operations, 'utf8'))
  const faults = validate(schema, document)
  if (faults.length > 0) throw new Error(faults.join('\n'))
  const fragments = new Map(
    document.definitions.flatMap((part) => (part.kind === Kind.FRAGMENT_DEFINITION ? [[part.name.value, part]] : [])),
  ) as ReadonlyMap<string, FragmentDefinitionNode>
  const named = new Map<string, string>()

  /** The type of a value; inputs may be left out where null is allowed. */
  function typeOf(type: GraphQLType, set?: SelectionSetNode): string {
    if (isNonNullType(type)) return strict(type.ofType, set)
    return `${strict(type, set)} | null`
  }

  function strict(type: GraphQLType, set?: SelectionSetNode): string {
    if (isListType(type)) return `readonly (${typeOf(type.ofType, set)})[]`
    const name = getNamedType(type)
    if (set) return selection(name, set)
    if (isEnumType(name)) {
      const values = name.getValues().map(({ name }) => `'${name}'`)
      named.set(name.name, `export type ${name.name} = ${values.join(' | ')}`)
    } else if (isInputObjectType(name) && !named.has(name.name)) {
      named.set(name.name, '')
      const fields = Object.values(name.getFields()).map((field) => inputField(field.name, field.type))
      named.set(name.name, `export interface ${name.name} {\n${fields.join('\n')}\n}`)
    }
    return scalars[name.name] ?? name.name
  }

  function inputField(name: string, type: GraphQLType): string {
    return `readonly ${name}${isNonNullType(type) ? '' : '?'}: ${typeOf(type)}${isNonNullType(type) ? '' : ' | undefined'}`
  }

  function selection(parent: GraphQLNamedType, set: SelectionSetNode): string {
    const [only] = set.selections
    if (set.selections.length === 1 && only?.kind === Kind.FRAGMENT_SPREAD) return fragment(only.name.value)
    if (!isAbstractType(parent)) return `{ ${fieldsOf(parent, set.selections).join('; ')} }`
    return schema
      .getPossibleTypes(parent)
      .map((type) => `{ readonly __typename: '${type.name}'; ${fieldsOf(type, set.selections).join('; ')} }`)
      .toSorted()
      .join(' | ')
  }

  function fieldsOf(type: GraphQLNamedType, selections: readonly SelectionNode[]): string[] {
    return selections.flatMap((node) => {
      if (node.kind === Kind.FRAGMENT_SPREAD)
        return fieldsOf(type, fragments.get(node.name.value)!.selectionSet.selections)
      if (node.kind === Kind.INLINE_FRAGMENT) {
        const condition = schema.getType(node.typeCondition!.name.value)!
        const applies =
          condition === type || (isAbstractType(condition) && isObjectType(type) && schema.isSubType(condition, type))
        return applies ? fieldsOf(type, node.selectionSet.selections) : []
      }
      if (!isObjectType(type) || node.name.value === '__typename') return []
      const field = type.getFields()[node.name.value]!
      return [`readonly ${(node.alias ?? node.name).value}: ${typeOf(field.type, node.selectionSet)}`]
    })
  }

  function fragment(name: string): string {
    if (!named.has(name)) {
      const { typeCondition, selectionSet } = fragments.get(name)!
      named.set(name, '')
      const text = selection(schema.getType(typeCondition.name.value)!, selectionSet)
      named.set(
        name,
        isAbstractType(schema.getType(typeCondition.name.value))
          ? `export type ${name} = ${text}`
          : `export interface ${name} ${text}`,
      )
    }
    return name
  }

  /** The fragments that a text uses, also through others. */
  function used(set: SelectionSetNode, found = new Set<string>()): ReadonlySet<string> {
    visit(set, {
      FragmentSpread({ name }) {
        if (found.has(name.value)) return
        found.add(name.value)
        used(fragments.get(name.value)!.selectionSet, found)
      },
    })
    return found
  }

  const operations: string[] = []
  const texts: string[] = []
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue
    const name = definition.name!.value
    const variables = (definition.variableDefinitions ?? []).map(({ variable, type }) =>
      inputField(variable.name.value, typeFromAST(schema, type as never)!),
    )
    const whole = [definition, ...[...used(definition.selectionSet)].map((one) => fragments.get(one)!)]
    // Whoever gets an abstract type wants to know which.
    const text = stripIgnoredCharacters(
      whole
        .map(print)
        .join('\n')
        .replaceAll(/on LiveEvent \{/g, 'on LiveEvent {\n__typename'),
    )
    texts.push(text)
    operations.push(
      `export interface ${name}Variables { ${variables.join('; ')} }`,
      `export interface ${name}Data ${selection(schema.getRootType(definition.operation)!, definition.selectionSet)}`,
      `/** \`${definition.operation} ${name}\`. */\nexport const ${name[0]!.toLowerCase()}${name.slice(1)}Operation: Operation<${name}Data, ${name}Variables> = ${JSON.stringify({ kind: definition.operation, text })}`,
    )
  }
  const source = [
    '// Made by `pnpm generate` from the schema of the gateway and operations.graphql: change those.',
    "import type { JsonObject, Operation } from './operation.ts'",
    ...[...named].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text),
    ...operations,
  ].join('\n\n')
  const biome = join(createRequire(join(root, 'package.json')).resolve('@biomejs/biome/package.json'), '../bin/biome')
  const format = ['format', `--stdin-file-path=${files.generated}`]
  const types = execFileSync(process.execPath, [biome, ...format], { cwd: root, input: source, encoding: 'utf8' })
  return { types, list: `${JSON.stringify(texts, null, 2)}\n` }
}

if (import.meta.main) {
  const { types, list } = generate()
  writeFileSync(files.generated, types)
  writeFileSync(files.list, list)
}
