import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { isThreadkeepError } from '@threadkeep/core/store'
import type {
  ExecutionArgs,
  ExecutionResult,
  FormattedExecutionResult,
  GraphQLError,
  GraphQLFormattedError,
} from 'graphql'
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, handleProtocols, makeServer } from 'graphql-ws'
import type { WebSocket } from 'ws'
import { WebSocketServer } from 'ws'
import type { Authenticate, Identity } from '../identity/identity.ts'
import { AnsweredError } from '../pipeline/answered-error.ts'
import type { Caller } from '../pipeline/context.ts'
import type { OperationRequest, Pipeline } from '../pipeline/pipeline.ts'
import type { RunSubscription, Sink } from '../subscriptions/run-subscription.ts'
import { requestIdOf } from './http-server.ts'
import type { LongConnections } from './long-connections.ts'
import type { AllowsOrigin } from './origins.ts'
import { refuseStream } from './refuse-stream.ts'
import { socketNext } from './socket-next.ts'
import { nothingHere, strangePage } from './turned-away.ts'

/** What serves GraphQL over WebSocket. */
export interface WebSocketOptions {
  readonly server: Server
  readonly path: string
  readonly pipeline: Pipeline
  readonly runSubscription: RunSubscription
  readonly authenticate: Authenticate
  readonly callerOf: (identity: Identity) => Caller
  readonly allowsOrigin: AllowsOrigin
  readonly connections: LongConnections
}

/** What is known of one socket. */
interface Extra {
  readonly socket: WebSocket
  /** What the socket speaks over. */
  readonly stream: Duplex
  readonly requestId: string
  caller: Caller | undefined
  alive: boolean
  /** Queries and mutations that are on their way. */
  running: number
  /** The gateway stops: nothing new is taken. */
  stopping: boolean
}

/** An operation on its way through the protocol. */
interface Work {
  readonly request: OperationRequest
  readonly extra: Extra
  readonly id: string
}

const maxFrame = 64 * 1024
const maxOperations = 20
const initialisation = 5_000

/**
 * Serves the `graphql-transport-ws` protocol. The token comes in `connection_init`; the socket is closed when it ends. What a socket is
 * sent goes straight to it: the protocol's own way makes a frame anew for everybody.
 */
export function serveWebSocket(options: WebSocketOptions): void {
  const { pipeline, runSubscription, authenticate, callerOf, connections } = options

  const protocol = makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: initialisation,
    async onConnect({ connectionParams, extra }) {
      let identity: Identity
      try {
        identity = await authenticate(tokenOf(connectionParams))
      } catch (error) {
        const forged = isThreadkeepError(error, 'UNAUTHENTICATED')
        extra.socket.close(forged ? CloseCode.Unauthorized : 1013, forged ? 'Unauthorized' : 'Try again later')
        return false
      }
      extra.caller = callerOf(identity)
      return true
    },
    onSubscribe({ extra, subscriptions }, id, payload) {
      const requestId = `${extra.requestId}-${id.slice(0, 64)}`
      // This one is already among them.
      if (Object.keys(subscriptions).length > maxOperations) {
        const message = `A socket runs ${maxOperations} operations at a time.`
        return [new AnsweredError({ message, extensions: { code: 'TOO_MANY_OPERATIONS' } })]
      }
      if (extra.stopping)
        return [new AnsweredError({ message: 'Try another gateway.', extensions: { code: 'UNAVAILABLE' } })]
      const operation = pipeline.prepare(payload, requestId)
      if ('errors' in operation) return operation.errors.map((error) => new AnsweredError(error))
      const request = { operation, variables: payload.variables ?? undefined, caller: extra.caller!, requestId }
      const work: Work = { request, extra, id }
      return {
        document: operation.document,
        operationName: payload.operationName,
        contextValue: work,
      } as unknown as ExecutionArgs
    },
    async execute({ contextValue }: ExecutionArgs) {
      const { request, extra } = contextValue as Work
      extra.running++
      try {
        const spent = await pipeline.admit(request)
        return ('errors' in spent ? spent : await pipeline.execute(request, spent)) as ExecutionResult
      } finally {
        extra.running--
        // The answer goes out first.
        if (extra.stopping) setImmediate(leave, extra)
      }
    },
    // Answers are already what the client shall see.
    onNext: (_context, _id, _payload, _args, result) => result as FormattedExecutionResult,
    subscribe: ({ contextValue }: ExecutionArgs) => silent(contextValue as Work),
    onError: (_context, _id, _payload, errors) => errors.flatMap(answered),
  })

  /** Runs a subscription whose frames go past the protocol: what it iterates over gives nothing, and ends with the subscription. */
  function silent({ request, extra, id }: Work): AsyncIterableIterator<never> {
    const controller = new AbortController()
    let failure: SubscriptionFailed | undefined
    const next = socketNext(extra.socket, extra.stream, id)
    const sink: Sink = {
      next,
      complete() {},
      fail(errors) {
        failure = new SubscriptionFailed(errors)
      },
    }
    const running = runSubscription(request, sink, controller.signal)
    const done = { done: true, value: undefined } as const
    return {
      async next() {
        await running
        if (failure) throw failure
        return done
      },
      async return() {
        controller.abort()
        return done
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

  function watch(extra: Extra): void {
    const { socket } = extra
    const forget = connections.add({
      get expiresAt() {
        return extra.caller?.expiresAt ?? Number.POSITIVE_INFINITY
      },
      beat() {
        if (!extra.alive) return false
        extra.alive = false
        socket.ping()
        return true
      },
      expire: () => socket.close(CloseCode.Forbidden, 'The token has expired'),
      stop() {
        extra.stopping = true
        leave(extra)
      },
      cut: () => socket.terminate(),
    })
    socket.once('close', forget)
    socket.on('pong', () => {
      extra.alive = true
    })
  }

  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrame,
    perMessageDeflate: false,
    clientTracking: false,
    handleProtocols,
  })

  function open(socket: WebSocket, stream: Duplex, requestId: string): void {
    const extra: Extra = { socket, stream, requestId, caller: undefined, alive: true, running: 0, stopping: false }
    watch(extra)
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) => socket.send(text),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (listener) =>
          socket.on('message', (data) => {
            listener(String(data)).catch((error: unknown) => {
              if (isOfServers(error)) return socket.close(CloseCode.BadRequest, 'Invalid message received')
              pipeline.refuse(error, requestId)
              socket.close(CloseCode.InternalServerError, 'Something went wrong on our side')
            })
          }),
      },
      extra,
    )
    // The library closes the socket after an error of its own, such as a frame that is too large.
    socket.on('error', () => {})
    socket.once('close', (code, reason) => void closed(code, String(reason)))
  }

  options.server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    if (pathOf(request) !== options.path) return refuseStream(stream, 404, nothingHere())
    if (!options.allowsOrigin(request)) return refuseStream(stream, 403, strangePage())
    const offered = request.headers['sec-websocket-protocol'] ?? ''
    if (!offered.split(/\s*,\s*/).includes(GRAPHQL_TRANSPORT_WS_PROTOCOL))
      return refuseStream(stream, 400, {
        code: 'BAD_REQUEST',
        message: `The sub-protocol is ${GRAPHQL_TRANSPORT_WS_PROTOCOL}.`,
      })
    sockets.handleUpgrade(request, stream, head, (socket) => open(socket, stream, requestIdOf(request)))
  })
}

/** Ends a socket whose gateway stops, once everything that was asked over it has been answered. */
function leave({ socket, alive, running }: Extra): void {
  if (!alive) socket.terminate()
  else if (running === 0) socket.close(1012, 'Restarting: connect again')
}

/** Ends a subscription with errors that are already what the client shall see. */
class SubscriptionFailed extends Error {
  readonly errors: readonly GraphQLFormattedError[]

  constructor(errors: readonly GraphQLFormattedError[]) {
    super('The subscription failed.')
    this.errors = errors
  }
}

/** What the protocol throws when a client says what only servers say: the client's mistake, not ours. */
function isOfServers(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Unexpected message of type')
}

function answered(error: GraphQLError): readonly GraphQLFormattedError[] {
  return error.originalError instanceof SubscriptionFailed ? error.originalError.errors : [error.toJSON()]
}

function pathOf({ url = '/' }: IncomingMessage): string {
  const end = url.indexOf('?')
  return end < 0 ? url : url.slice(0, end)
}

/** The token of `connection_init`: `{ token }`, or a header as HTTP has it. */
function tokenOf(params: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const { token, authorization, Authorization } = params ?? {}
  const given = [token, authorization, Authorization].find((value) => typeof value === 'string') as string | undefined
  return given?.replace(/^Bearer +/i, '')
}
