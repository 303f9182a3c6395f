import { refusedByAll } from '@threadkeep/test-support/refused-by-all'
import { expect, test } from 'vitest'
import { toThreadkeepError } from './errors.ts'

test('a host with several addresses, none of which answers, is named by what went wrong', async () => {
  const error = await refusedByAll()
  expect(error).toMatchObject({ message: '', code: 'ECONNREFUSED' })
  expect(toThreadkeepError(error, 'read').message).toContain('ECONNREFUSED')
})
