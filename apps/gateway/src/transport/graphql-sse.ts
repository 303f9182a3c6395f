import type { OperationRequest, Pipeline } from '../pipeline/pipeline.ts'
import type { RunSubscription, Sink } from '../subscriptions/run-subscription.ts'
import type { Exchange } from './http-answer.ts'
import { begin } from './http-answer.ts'
import type { LongConnections } from './long-connections.ts'

/** A client that wants its answers as a stream of events. */
export function wantsEvents({ request }: Exchange): boolean {
  return request.headers.accept?.includes('text/event-stream') === true
}

const patience = 30_000

/** Serves operations as server-sent events, one connection each: the distinct-connections mode of GraphQL over SSE. */
export function createServeEvents(pipeline: Pipeline, runSubscription: RunSubscription, connections: LongConnections) {
  return async function serveEvents(exchange: Exchange, work: OperationRequest): Promise<void> {
    const { response } = exchange
    const controller = new AbortController()
    response.once('close', () => controller.abort())
    begin(exchange, 200, {
      'content-type': 'text/event-stream; charset=utf-8',
      connection: 'keep-alive',
      'x-accel-buffering': 'no',
    })
    response.flushHeaders()

    const write = (text: string): void | Promise<void> => {
      if (response.destroyed || response.write(text)) return
      return new Promise((resolve) => {
        const giveUp = setTimeout(() => response.destroy(), patience)
        const done = (): void => {
          clearTimeout(giveUp)
          response.off('close', done)
          response.off('drain', done)
          resolve()
        }
        response.once('drain', done)
        response.once('close', done)
      })
    }
    const sink: Sink = {
      next: (text) => write(`event: next\ndata: ${text}\n\n`),
      complete: () => void response.end('event: complete\ndata:\n\n'),
      fail(errors) {
        void write(`event: next\ndata: ${JSON.stringify({ errors })}\n\n`)
        response.end('event: complete\ndata:\n\n')
      },
    }

    if (work.operation.kind !== 'subscription') {
      const spent = await pipeline.admit(work)
      const answer = 'errors' in spent ? spent : await pipeline.execute(work, spent)
      await sink.next(JSON.stringify(answer))
      return sink.complete()
    }
    // Ended without `complete`: the client comes back, with a new token or to another gateway.
    const cut = (): void => void response.end()
    const forget = connections.add({
      expiresAt: work.caller.expiresAt,
      beat() {
        response.write(':\n\n')
        return true
      },
      expire: cut,
      stop: cut,
      cut: () => void response.destroy(),
    })
    try {
      await runSubscription(work, sink, controller.signal)
    } finally {
      forget()
    }
  }
}
