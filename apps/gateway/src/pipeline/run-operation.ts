import type { DocumentNode, ExecutionResult, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import { execute } from 'graphql'
import type { CompiledQuery } from 'graphql-jit'
import { compileQuery, isCompiledQuery } from 'graphql-jit'
import type { RequestContext } from './context.ts'
import type { Variables } from './operation-cost.ts'

/** Runs a prepared operation; for a subscription, makes the answer to one event, which is the root. */
export type Run = (
  root: unknown,
  context: RequestContext,
  variables: Variables | undefined,
) => ExecutionResult | Promise<ExecutionResult>

/**
 * Runs by interpreting at first and by compiled code from the second time on: compiling costs more than one run, and documents that
 * come once shall not pay for it. Both give the same answer.
 */
export function createRun(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Run {
  const operationName = operation.name?.value
  const interpret: Run = (root, context, variables) =>
    execute({
      schema,
      document,
      operationName,
      rootValue: root,
      contextValue: context,
      variableValues: variables,
    }) as ExecutionResult | Promise<ExecutionResult>
  let current: Run | undefined
  let runs = 0
  return (root, context, variables) => {
    if (!current && ++runs > 1) current = compileRun(schema, document, operation) ?? interpret
    return (current ?? interpret)(root, context, variables)
  }
}

/** The operation as compiled code; undefined where the compiler does not know a construct. */
export function compileRun(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Run | undefined {
  const compiled = compileQuery(schema, document, operation.name?.value, { disablingCapturingStackErrors: true })
  if (!isCompiledQuery(compiled)) return undefined
  const { query } = compiled as CompiledQuery<ExecutionResult, Record<string, unknown>>
  return (root, context, variables) =>
    query(root, context, variables as Record<string, unknown>) as ExecutionResult | Promise<ExecutionResult>
}
