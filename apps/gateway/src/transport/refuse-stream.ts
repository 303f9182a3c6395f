import type { Server } from 'node:http'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

/** What an error says to a client. */
interface Refusal {
  readonly code: string
  readonly message: string
}

/** Answers with an error in the common form where there is no request to answer, and ends the connection. */
export function refuseStream(stream: Duplex, status: number, { code, message }: Refusal): void {
  stream.on('error', () => {})
  if (!stream.writable) return void stream.destroy()
  const body = JSON.stringify({ errors: [{ message, extensions: { code } }] })
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'connection: close',
  ]
  stream.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

const faults: Readonly<Record<string, readonly [status: number, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'The headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to come.'],
}

/** Answers in the common form to what is no HTTP, too. */
export function answerNoise(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, stream) => {
    // Whoever has hung up hears nothing, and half an answer must not be followed by another.
    if (error.code === 'ECONNRESET' || (stream as { bytesWritten?: number }).bytesWritten) return void stream.destroy()
    const [status, message] = faults[error.code ?? ''] ?? [400, 'This is no HTTP request.']
    refuseStream(stream, status, { code: 'BAD_REQUEST', message })
  })
}
