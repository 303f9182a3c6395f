export type { Client, ClientOptions, ClientPage, ListenOptions, Outgoing, Sent } from './client.ts'
export { createClient } from './client.ts'
export { ClientError, isClientError } from './client-error.ts'
export type {
  LiveEvent,
  Message,
  MessageFilter,
  Presence,
  PresenceStatus,
  Receipt,
  Role,
  Thread,
  User,
} from './generated.ts'
export type { JsonObject, Operation } from './operation.ts'
