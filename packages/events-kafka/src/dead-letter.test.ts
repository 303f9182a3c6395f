import { ThreadkeepError } from '@threadkeep/core/store'
import { expect, test } from 'vitest'
import { deadLetter } from './dead-letter.ts'

const message = { key: Buffer.from('k'), value: Buffer.from('v'), offset: '7', timestamp: '0', attributes: 0 }
const origin = { topic: 'chat.events', partition: 3, group: 'chat.indexing' }

test.each([
  [new ThreadkeepError('CORRUPT', 'bad'), 'CORRUPT: bad'],
  [new TypeError('x is undefined'), 'TypeError: x is undefined'],
  ['thrown text', 'thrown text'],
  [new Error('long'.repeat(1_000)), `Error: ${'long'.repeat(1_000)}`.slice(0, 1_000)],
])('a message is kept as it was, with where it came from and its cause', (cause, said) => {
  expect(deadLetter({ ...message, headers: { lane: '5' } }, origin, cause)).toEqual({
    key: message.key,
    value: message.value,
    headers: { lane: '5', topic: 'chat.events', partition: '3', offset: '7', group: 'chat.indexing', cause: said },
  })
})
