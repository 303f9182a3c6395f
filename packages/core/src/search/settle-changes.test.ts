import { expect, test } from 'vitest'
import type { SearchChange } from '../ports/search-index.ts'
import { settleChanges } from './settle-changes.ts'

const put = (threadId: string, messageId: string, text: string): SearchChange => ({
  type: 'put',
  document: { threadId, messageId, seq: 1, authorId: 'a', role: 'user', kind: 'message', createdAt: 1, text },
})

test('the last change of a message counts, and a thread that is cleared keeps only what came later', () => {
  const settled = settleChanges([
    put('t', 'a', 'first'),
    put('u', 'a', 'other'),
    put('t', 'b', 'before'),
    { type: 'deleteThread', threadId: 't' },
    put('t', 'a', 'after'),
    put('t', 'c', 'gone again'),
    { type: 'delete', threadId: 't', messageId: 'c' },
    { type: 'delete', threadId: 'u', messageId: 'a' },
    put('u', 'a', 'last'),
  ])
  const texts = [...settled].map(([threadId, { clear, messages }]) => [
    threadId,
    clear,
    [...messages].map(([messageId, document]) => [messageId, document?.text]),
  ])
  expect(texts).toEqual([
    [
      't',
      true,
      [
        ['a', 'after'],
        ['c', undefined],
      ],
    ],
    ['u', false, [['a', 'last']]],
  ])
})
