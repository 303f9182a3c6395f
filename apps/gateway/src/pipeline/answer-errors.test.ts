import { ThreadkeepError } from '@threadkeep/core/store'
import { GraphQLError } from 'graphql'
import { expect, test } from 'vitest'
import { createAnswerErrors } from './answer-errors.ts'

const reported: unknown[] = []
const answer = createAnswerErrors((error) => reported.push(error), { suggestions: false, onTold: () => {} })
const answered = (originalError: Error) =>
  answer([new GraphQLError('x', { path: ['sendMessage'], originalError })], 'r1')[0]

test('a failure that may have happened all the same says so, and no name of a machine', () => {
  const error = new ThreadkeepError('TIMEOUT', 'mongodb://ann:secret@db did not answer', { maybeCommitted: true })
  expect(answered(error)).toEqual({
    message: 'This took too long. Try again later.',
    path: ['sendMessage'],
    extensions: { code: 'TIMEOUT', requestId: 'r1', maybeCommitted: true },
  })
  expect(reported.pop()).toBe(error)
  const sure = answered(new ThreadkeepError('UNAVAILABLE', 'mongodb://db is away'))
  expect(sure?.extensions).toEqual({ code: 'UNAVAILABLE', requestId: 'r1' })
})

test('what fails beneath a mutation fails after its change, and says so; beneath a query nothing can have happened', () => {
  const originalError = new ThreadkeepError('UNAVAILABLE', 'mongodb://db is away')
  const beneath = new GraphQLError('x', { path: ['sendMessage', 'message', 'author'], originalError })
  const of = (kind: 'query' | 'mutation') => answer([beneath], 'r1', kind)[0]?.extensions
  expect(of('mutation')).toEqual({ code: 'UNAVAILABLE', requestId: 'r1', maybeCommitted: true })
  expect(of('query')).toEqual({ code: 'UNAVAILABLE', requestId: 'r1' })
  const unforeseen = answered(new ThreadkeepError('INTERNAL', 'a code that is new', { maybeCommitted: true }))
  expect(unforeseen?.extensions).toEqual({ code: 'INTERNAL', requestId: 'r1', maybeCommitted: true })
})

test('what nobody foresaw is an id, and the operator learns the rest', () => {
  const error = new Error('connect ECONNREFUSED mongodb://ann:secret@db')
  expect(answered(error)).toEqual({
    message: 'Something went wrong on our side. Quote r1 when you report it.',
    path: ['sendMessage'],
    extensions: { code: 'INTERNAL', requestId: 'r1' },
  })
  expect(reported.pop()).toBe(error)
})
