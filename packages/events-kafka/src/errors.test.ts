import { ThreadkeepError } from '@threadkeep/core/store'
import { expect, test } from 'vitest'
import { toThreadkeepError } from './errors.ts'

function failure(name: string, more: object = {}): Error {
  return Object.assign(new Error(name), { name, ...more })
}

test.each([
  ['MISCONFIGURED', failure('KafkaJSSASLAuthenticationError')],
  ['MISCONFIGURED', failure('KafkaJSProtocolError', { type: 'TOPIC_AUTHORIZATION_FAILED' })],
  ['UNAVAILABLE', failure('KafkaJSProtocolError', { type: 'UNKNOWN_TOPIC_OR_PARTITION' })],
  ['UNAVAILABLE', failure('KafkaJSNumberOfRetriesExceeded', { cause: failure('KafkaJSConnectionError') })],
  ['UNAVAILABLE', failure('KafkaJSProtocolError', { type: 'NOT_COORDINATOR', retriable: true })],
  ['INTERNAL', failure('KafkaJSProtocolError', { type: 'INVALID_REQUEST', retriable: false })],
  ['INTERNAL', 'a string'],
] as const)('answers %s, with the cause', (code, error) => {
  const told = toThreadkeepError(error)
  expect(told).toMatchObject({ code, retryable: code === 'UNAVAILABLE' })
  expect(told.cause).toBe(error)
})

test('our own errors stay as they are', () => {
  const own = new ThreadkeepError('CLOSED', 'closed')
  expect(toThreadkeepError(own)).toBe(own)
})
