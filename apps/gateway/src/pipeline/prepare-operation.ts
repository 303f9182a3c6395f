import { createHash } from 'node:crypto'
import { ThreadkeepError } from '@threadkeep/core/store'
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import {
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import type { DocumentLimits } from './document-limits.ts'
import { documentFault } from './document-limits.ts'
import { lruMap } from './lru-map.ts'
import type { Cost } from './operation-cost.ts'
import { operationCost } from './operation-cost.ts'
import type { Run } from './run-operation.ts'
import { createRun } from './run-operation.ts'

/** A document that was parsed, found within the limits and validated, with the one operation to run. */
export interface Operation {
  readonly document: DocumentNode
  readonly definition: OperationDefinitionNode
  readonly kind: 'query' | 'mutation' | 'subscription'
  /** For logs and metrics; empty for an anonymous operation. */
  readonly name: string
  readonly cost: Cost
  /** Whether a field such as `Message.author` is asked for anywhere. */
  readonly asksFor: (field: string) => boolean
  readonly run: Run
}

/** Either an operation or what is wrong with the document. */
export type Prepared = Operation | { readonly errors: readonly GraphQLError[] }

/** What a client sends to say which operation it wants. */
export interface OperationParams {
  readonly query?: string | undefined
  readonly operationName?: string | null | undefined
  readonly extensions?: Readonly<Record<string, unknown>> | null | undefined
}

/** Prepares documents for every transport. The same text is prepared once. */
export type Prepare = (params: OperationParams) => Prepared

/** How documents are judged. */
export interface PrepareOptions {
  readonly limits: DocumentLimits
  readonly introspection: boolean
  /** Where given, only these documents are run, by their text or by its SHA-256. */
  readonly registered?: readonly string[] | undefined
}

const maxKept = 500
const maxKeptText = 20_000

/** The preparation of a schema's documents, with a cache of the latest ones. Nothing is resolved here. */
export function createPrepare(schema: GraphQLSchema, { limits, introspection, registered }: PrepareOptions): Prepare {
  if (registered) assertFitting(schema, registered)
  const findText = registered ? findRegistered(registered) : ({ query }: OperationParams) => query
  const kept = lruMap<string, Operation>(maxKept)
  const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule]

  function prepare(text: string, operationName: string | undefined): Prepared {
    let document: DocumentNode
    try {
      document = parse(text, { maxTokens: limits.maxTokens })
    } catch (error) {
      return failure('GRAPHQL_PARSE_FAILED', error as GraphQLError)
    }
    const definition = chooseOperation(document, operationName)
    if (definition instanceof GraphQLError) return failure('OPERATION_RESOLUTION_FAILURE', definition)
    const fault = documentFault(document, definition, limits)
    if (fault !== undefined) return failure('OPERATION_TOO_LARGE', new GraphQLError(fault))
    const errors = validate(schema, document, rules, { maxErrors: 20 })
    if (errors.length > 0) return failure('GRAPHQL_VALIDATION_FAILED', ...errors)
    return {
      document,
      definition,
      kind: definition.operation,
      name: definition.name?.value ?? '',
      cost: operationCost(schema, document, definition),
      asksFor: fieldsAskedFor(schema, document),
      run: createRun(schema, document, definition),
    }
  }

  return (params) => {
    const { operationName } = params
    const text = findText(params)
    if (text === undefined || text === '')
      return registered
        ? failure('OPERATION_NOT_REGISTERED', new GraphQLError('This gateway runs registered operations alone.'))
        : failure('BAD_REQUEST', new GraphQLError('Send a `query`.'))
    const key = operationName ? `${operationName}\n${text}` : text
    const known = kept.get(key)
    if (known) return known
    const prepared = prepare(text, operationName ?? undefined)
    if (!('errors' in prepared) && text.length <= maxKeptText) kept.set(key, prepared)
    return prepared
  }
}

/** A registered document that could never run is found at the start, not by the first user. */
function assertFitting(schema: GraphQLSchema, documents: readonly string[]): void {
  for (const text of documents) {
    let fault: GraphQLError | undefined
    try {
      fault = validate(schema, parse(text), specifiedRules, { maxErrors: 1 })[0]
    } catch (error) {
      fault = error as GraphQLError
    }
    if (!fault) continue
    const message = `A registered operation cannot be run: ${fault.message} It begins with "${text.trim().slice(0, 60)}".`
    throw new ThreadkeepError('MISCONFIGURED', message, { cause: fault })
  }
}

/** The fields of a validated document, as `Type.field`. */
function fieldsAskedFor(schema: GraphQLSchema, document: DocumentNode): (field: string) => boolean {
  const fields = new Set<string>()
  const types = new TypeInfo(schema)
  visit(
    document,
    visitWithTypeInfo(types, {
      Field({ name }) {
        const parent = types.getParentType()
        if (parent) fields.add(`${parent.name}.${name.value}`)
      },
    }),
  )
  return (field) => fields.has(field)
}

function findRegistered(documents: readonly string[]): (params: OperationParams) => string | undefined {
  const known = new Set(documents)
  const byHash = new Map(documents.map((text) => [createHash('sha256').update(text).digest('hex'), text]))
  return ({ query, extensions }) => {
    if (query !== undefined && known.has(query)) return query
    const persisted = extensions?.['persistedQuery'] as { readonly sha256Hash?: unknown } | null | undefined
    const hash = persisted?.sha256Hash
    return (query === undefined || query === '') && typeof hash === 'string' ? byHash.get(hash) : undefined
  }
}

function chooseOperation(document: DocumentNode, name: string | undefined): OperationDefinitionNode | GraphQLError {
  const operations = document.definitions.filter((definition) => definition.kind === 'OperationDefinition')
  if (operations.length === 0) return new GraphQLError('The document has no operation.')
  if (name === undefined || name === '')
    return operations.length === 1
      ? operations[0]!
      : new GraphQLError('The document has several operations: say which one to run with `operationName`.')
  return (
    operations.find((operation) => operation.name?.value === name) ??
    new GraphQLError('The document has no operation of the name given in `operationName`.')
  )
}

function failure(code: string, ...errors: GraphQLError[]): Prepared {
  return {
    errors: errors.map(
      ({ message, nodes, source, positions }) =>
        new GraphQLError(message, {
          nodes: nodes ?? null,
          source: source ?? null,
          positions: positions ?? null,
          extensions: { code },
        }),
    ),
  }
}
