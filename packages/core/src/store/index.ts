export type { ErrorCode, ErrorOptions } from '../errors/threadkeep-error.ts'
export { isThreadkeepError, ThreadkeepError } from '../errors/threadkeep-error.ts'
export { answered, answerOf } from './answered.ts'
export type { CallOptions } from './call-options.ts'
export { throwIfAborted } from './call-options.ts'
export { canonicalJson } from './canonical-json.ts'
export type { TakenChange } from './changes.ts'
export {
  assertAddresses,
  assertBatch,
  assertChanges,
  assertExpiry,
  maxMillis,
  takeAddresses,
  takeChanges,
} from './changes.ts'
export type { Checksum } from './checksum.ts'
export { checksum } from './checksum.ts'
export type { Clock, ManualClock } from './clock.ts'
export { manualClock, systemClock } from './clock.ts'
export { collectionNames } from './collection-names.ts'
export type { CopiedCollection, CopyOptions, CopyProgress, CopyReport } from './copy.ts'
export { copy } from './copy.ts'
export { errorText } from './error-text.ts'
export type { FullStore } from './forward.ts'
export { forward, isEnumerable, isSweepable } from './forward.ts'
export type { IdSource } from './ids.ts'
export { createIds } from './ids.ts'
export { assertJsonObject, cloneJson, copyJsonObject, maxJsonDepth, toJsonText } from './json.ts'
export {
  assertAddress,
  assertLimit,
  assertName,
  assertRange,
  compareBytes,
  maxBatch,
  maxListLimit,
  maxNameBytes,
  prefixUpperBound,
} from './keys.ts'
export type { AppliedMigration, PendingMigration, TableSet } from './migrations.ts'
export { pendingMigrations } from './migrations.ts'
export { parseValue } from './parse-value.ts'
export type { ImpatienceReason } from './patience.ts'
export { patience } from './patience.ts'
export type { PreparedCheck, PreparedCommit, PreparedWrite } from './prepared-commit.ts'
export { prepareCommit } from './prepared-commit.ts'
export type { RangeBounds } from './range-bounds.ts'
export { rangeBounds } from './range-bounds.ts'
export type { ScanOptions } from './scan.ts'
export { scan } from './scan.ts'
export type { Wrapper } from './stack.ts'
export { stack } from './stack.ts'
export type { SweepEveryOptions, SweepOptions } from './sweep.ts'
export { sweep, sweepEvery } from './sweep.ts'
export type {
  Address,
  Change,
  CommitResult,
  Entry,
  EnumerableStore,
  Json,
  JsonObject,
  Millis,
  Range,
  Store,
  SweepableStore,
  Version,
} from './types.ts'
export { versionSource } from './version-source.ts'
