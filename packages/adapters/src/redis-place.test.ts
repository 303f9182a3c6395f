import { expect, test } from 'vitest'
import { redisPlace } from './redis-place.ts'

test('a Redis URL names its namespace beside what the client needs', () => {
  expect(redisPlace('redis://ann@host:6379/2?namespace=shop')).toEqual({
    url: 'redis://ann@host:6379/2',
    namespace: 'shop',
  })
  expect(redisPlace('redis://host:6379', '-cache')).toEqual({ url: 'redis://host:6379', namespace: 'threadkeep-cache' })
  expect(() => redisPlace('redis://host:port')).toThrow('redis://host:6379')
})
