export { collection } from './collection.ts'
export type {
  Collection,
  CollectionOptions,
  Item,
  ItemPage,
  PageOptions,
  Timed,
  WalkOptions,
  WriteOptions,
} from './collection-view.ts'
export type { SchemaIssue, SchemaResult, StandardSchema } from './standard-schema.ts'
export type { Ttl } from './ttl.ts'
