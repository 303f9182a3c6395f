export type { ConnectionOptions, RedisClient } from './connection.ts'
export type { RedisStore, RedisStoreOptions } from './redis-store.ts'
export { redisStore } from './redis-store.ts'
