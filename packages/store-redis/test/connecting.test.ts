import { expect, test } from 'vitest'
import { redisLiveBus, redisStore } from '../src/index.ts'

test('what is no URL of Redis is MISCONFIGURED before anything is asked for', async () => {
  for (const url of ['foo', 'http://host:6379', 'redis://host:6379/two', 'redis://host:port']) {
    await expect(redisStore({ url })).rejects.toMatchObject({ code: 'MISCONFIGURED' })
    await expect(redisLiveBus({ url })).rejects.toMatchObject({ code: 'MISCONFIGURED' })
  }
})
