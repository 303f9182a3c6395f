import { expect, test } from 'vitest'
import { openConnection } from './connection.ts'

test.each([
  'redis://localhost',
  'kafka://',
  'kafka://host/bad name',
  'kafka://host?acks=0',
  'kafka://u:p@host?sasl=oauth',
])('%s is refused as misconfigured', (url) => {
  expect(() => openConnection({ url })).toThrow(expect.objectContaining({ code: 'MISCONFIGURED' }))
})

test('topics and groups carry the name of the log', () => {
  const { names } = openConnection({ url: 'kafkas://u:p%40@one,two:9093/chat?sasl=scram-sha-256' })
  expect(names).toMatchObject({ events: 'chat.events', deadLetters: 'chat.dead-letters' })
  expect(names.group('indexing')).toBe('chat.indexing')
  expect(openConnection({ url: 'kafka://one:9092' }).names.events).toBe('threadkeep.events')
})
