export type { MongoStoreOptions } from './mongo-store.ts'
export { mongoStore } from './mongo-store.ts'
