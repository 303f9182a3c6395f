export type { DatabaseOptions, PgClient, PgPool } from './database.ts'
export type { PostgresStore, PostgresStoreOptions } from './postgres-store.ts'
export { postgresStore } from './postgres-store.ts'
