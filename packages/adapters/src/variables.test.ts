import { expect, test } from 'vitest'
import { strangeVariables } from './index.ts'

test.each([
  ['THREADKEEP_PROT', 'THREADKEEP_PORT'],
  ['threadkeep_store', 'THREADKEEP_STORE'],
  ['THREADKEEP_STORE_URL', 'THREADKEEP_STORE'],
  ['THREADKEEP_STORES', 'THREADKEEP_STORE'],
  ['THREADKEP_STORE', 'THREADKEEP_STORE'],
  ['THREADKEEP_JWT_SECERT', 'THREADKEEP_JWT_SECRET'],
  ['THREADKEEP_LOGLEVEL', 'THREADKEEP_LOG_LEVEL'],
  ['THREADKEEP_KAFKA', undefined],
])('%s, which nothing reads, is told of with the nearest name: %s', (name, near) => {
  const told = strangeVariables({ [name]: 'a secret', PATH: '/bin', THREADKEEP_HOST: 'x', THREADKEEP_URL: 'y' })
  expect(told).toEqual([
    `${name} is in the environment and nothing reads it${near ? `: is ${near} meant?` : '. --help lists what there is.'}`,
  ])
})

test('what is read, by whatever program, and what is not ours, is not told of', () => {
  const env = { THREADKEEP_JOBS: '', THREADKEEP_MAX_COST: '', THREADKEEP_TEST_REDIS_URL: '', THREADKEEP_TOOLCHAIN: '' }
  expect(strangeVariables({ ...env, THREADS: '1', HOME: '/root' })).toEqual([])
})
