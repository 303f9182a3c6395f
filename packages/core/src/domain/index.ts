export type { Attachment, Attachments, DownloadTicket, NewAttachment } from './attachments/attachments.types.ts'
export type { Audit, AuditRecord } from './audit/audit.types.ts'
export type { Threadkeep, ThreadkeepOptions } from './create-threadkeep.ts'
export { createThreadkeep } from './create-threadkeep.ts'
export type { DomainEvent, EventType, MessageFacts } from './events/event.ts'
export type { Listener } from './events/listeners.ts'
export type { JobOptions, JobReport, Jobs } from './jobs/jobs.types.ts'
export type { Action } from './kernel/access.ts'
export { memberRoles, refusal } from './kernel/access.ts'
export type { Actor, Scope } from './kernel/actor.ts'
export type { Hooks } from './kernel/context.ts'
export type { EventsRecord } from './kernel/event-changes.ts'
export type { Limits } from './kernel/limits.ts'
export { defaultLimits } from './kernel/limits.ts'
export { at, names, outboxShards, shardOf, token } from './kernel/names.ts'
export type { Page, PageRequest } from './kernel/page.ts'
export type { Live, LiveItem, SubscribeOptions } from './live/live.types.ts'
export { outboxTopic } from './live/topics.ts'
export type { MessageKind } from './messages/kinds.ts'
export { builtInKinds } from './messages/kinds.ts'
export type {
  AppendResult,
  Content,
  ContentPart,
  Feedback,
  HistoryQuery,
  Message,
  MessageEdit,
  MessageFilter,
  MessagePageRequest,
  MessagePatch,
  Messages,
  NewMessage,
  Opinion,
  Receipt,
  Role,
  StreamOptions,
  Unread,
} from './messages/messages.types.ts'
export type { Checkpoint, Follower } from './projections/checkpoints.ts'
export { checkpointAt } from './projections/checkpoints.ts'
export type { Projections } from './projections/projector.ts'
export type { Search, SearchAnswer, SearchRequest, SearchResult } from './search/search.types.ts'
export type { DayCount, Drift, Stats, SystemStats, ThreadStats, UserStats } from './stats/stats.types.ts'
export type {
  Member,
  MemberRole,
  NewThread,
  Retention,
  Thread,
  ThreadFilter,
  ThreadPatch,
  ThreadStatus,
  Threads,
} from './threads/threads.types.ts'
export type {
  ExportOptions,
  ImportOptions,
  ImportProgress,
  ImportReport,
  Manifest,
  Transfer,
} from './transfer/transfer.types.ts'
export type { Presence, User, UserCreateResult, UserPatch, UserProfile, Users } from './users/users.types.ts'
