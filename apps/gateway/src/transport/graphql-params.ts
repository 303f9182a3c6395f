import { GraphQLError } from 'graphql'

/** The parameters of a GraphQL request, whichever way they came. */
export interface GraphQLParams {
  readonly query?: string
  readonly operationName?: string | null
  readonly variables?: Record<string, unknown> | null
  readonly extensions?: Record<string, unknown> | null
}

/** Reads parameters; `BAD_REQUEST` says which of them is malformed. */
export function readParams(value: unknown): GraphQLParams {
  if (!isObject(value)) throw malformed('A GraphQL request is a JSON object with a `query`.')
  const { query, operationName, variables, extensions } = value
  if (query !== undefined && typeof query !== 'string') throw malformed('`query` must be a text.')
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string')
    throw malformed('`operationName` must be a text.')
  if (variables !== undefined && variables !== null && !isObject(variables))
    throw malformed('`variables` must be an object.')
  if (extensions !== undefined && extensions !== null && !isObject(extensions))
    throw malformed('`extensions` must be an object.')
  return value as GraphQLParams
}

/** Reads the parameters of a GET request. */
export function readSearchParams(search: URLSearchParams): GraphQLParams {
  const params: Record<string, unknown> = {}
  for (const name of ['query', 'operationName'] as const) {
    const values = search.getAll(name)
    if (values.length > 1) throw malformed(`\`${name}\` may be given once.`)
    if (values.length === 1) params[name] = values[0]
  }
  for (const name of ['variables', 'extensions'] as const) {
    const text = search.get(name)
    if (text === null) continue
    try {
      params[name] = JSON.parse(text)
    } catch {
      throw malformed(`\`${name}\` must be JSON.`)
    }
  }
  return readParams(params)
}

/** An error about the request itself. */
export function malformed(message: string, status = 400): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status } } })
}

/** A method that a path does not take; `allow` lists those it does. */
export function notAllowed(message: string, allow: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status: 405, allow } } })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
