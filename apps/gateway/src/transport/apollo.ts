import type { ApolloServerPlugin } from '@apollo/server'
import { ApolloServer, HeaderMap } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import type { FormattedExecutionResult, GraphQLSchema } from 'graphql'
import type { Report } from '../pipeline/answer-errors.ts'
import { AnsweredError } from '../pipeline/answered-error.ts'
import type { Operation } from '../pipeline/prepare-operation.ts'
import { statusOf } from './http-answer.ts'

/** What Apollo carries through one HTTP request: the prepared operation and what runs it. */
export interface ApolloContext {
  readonly operation: Operation
  run(): Promise<FormattedExecutionResult>
}

/**
 * Apollo Server as the keeper of GraphQL over HTTP: media types, methods, status codes, protection against forged requests. Documents come
 * to it prepared, and it leaves running them to the pipeline.
 */
export async function startApollo(schema: GraphQLSchema, report: Report): Promise<ApolloServer<ApolloContext>> {
  const server = new ApolloServer<ApolloContext>({
    gateway: {
      onSchemaLoadOrUpdate(listener) {
        listener({ apiSchema: schema, coreSupergraphSdl: '' })
        return () => {}
      },
      load: async () => ({
        executor: async ({ context }) => toApollo(await (context as ApolloContext).run()),
      }),
      stop: async () => {},
    },
    csrfPrevention: { requestHeaders: ['authorization', 'graphql-require-preflight', 'apollo-require-preflight'] },
    // Its own cache would parse and validate again: documents come prepared.
    documentStore: null,
    persistedQueries: { cache: preparedDocuments },
    introspection: true,
    stringifyResult: (result) => JSON.stringify(result),
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    logger: quiet(report),
    plugins: [
      usePreparedDocument,
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  })
  await server.start()
  return server
}

/** Names a prepared document to Apollo, which would make a hash of every text to have a name for it. */
export const preparedDocument = Object.freeze({ persistedQuery: Object.freeze({ version: 1, sha256Hash: 'prepared' }) })

/** The text is not asked for again: the document itself comes with the request. */
const preparedDocuments = { get: async () => 'prepared', set: async () => {}, delete: async () => {} }

const usePreparedDocument: ApolloServerPlugin<ApolloContext> = {
  async requestDidStart() {
    return requestListener
  },
}

const requestListener = {
  async didResolveSource(request: { contextValue: ApolloContext; document?: unknown }) {
    request.document = request.contextValue.operation.document
  },
}

function toApollo({ errors, ...rest }: FormattedExecutionResult) {
  if (!errors) return rest
  // Without data the errors stand for the whole request, and so does their status.
  const http = rest.data === undefined ? { http: { status: statusOf(errors), headers: new HeaderMap() } } : {}
  return { ...rest, errors: errors.map((error) => new AnsweredError(error, http)) }
}

function quiet(report: Report) {
  const ignore = (): void => {}
  return { debug: ignore, info: ignore, warn: ignore, error: (message: unknown) => report(message, 'apollo') }
}
