import { MongoBulkWriteError, MongoServerError } from 'mongodb'
import { expect, test } from 'vitest'
import { duplicateAt, isPassing, isUncertain, storeError } from './errors.ts'

const socketError = (code: string) => Object.assign(new Error('the socket broke'), { code })

test('a connection that broke leaves a write in doubt, unless the write never left whole', () => {
  for (const code of ['ECONNRESET', 'ETIMEDOUT', 'ERR_STREAM_DESTROYED', 'ERR_SOCKET_CLOSED']) {
    expect([isPassing(socketError(code)), isUncertain(socketError(code))], code).toEqual([true, true])
  }
  expect([isPassing(socketError('EPIPE')), isUncertain(socketError('EPIPE'))]).toEqual([true, false])
  expect(storeError(socketError('ECONNRESET'), true)).toMatchObject({ code: 'UNAVAILABLE', maybeCommitted: true })
})

test('a mistake in a call is no broken connection', () => {
  for (const error of [socketError('ERR_INVALID_ARG_TYPE'), new TypeError('no function')]) {
    expect([isPassing(error), isUncertain(error)]).toEqual([false, false])
    expect(storeError(error)).toMatchObject({ code: 'INTERNAL', retryable: false })
  }
})

test('among the errors of a batch the duplicate is found, wherever it stands', () => {
  const batch = new MongoBulkWriteError({ message: 'two failed', code: 121, writeErrors: [] } as never, {} as never)
  batch.writeErrors = [
    { code: 121, index: 3 },
    { code: 11_000, index: 5 },
  ] as never
  expect(duplicateAt(batch)).toBe(5)
  expect(duplicateAt(new MongoServerError({ message: 'another', code: 121 }))).toBeUndefined()
})
