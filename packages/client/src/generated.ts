// Made by `pnpm generate` from the schema of the gateway and operations.graphql: change those.

import type { JsonObject, Operation } from './operation.ts'

export type AttachmentChange = 'READY' | 'REMOVED'

export interface HeartbeatInput {
  readonly status?: HeartbeatStatus | null | undefined
}

export type HeartbeatStatus = 'AWAY' | 'ONLINE'

export type LiveEvent =
  | {
      readonly __typename: 'AttachmentEvent'
      readonly cursor: string
      readonly threadId: string | null
      readonly eventSeq: number
      readonly at: string
      readonly actorId: string
      readonly attachmentChange: AttachmentChange
      readonly attachmentId: string
    }
  | { readonly __typename: 'GapEvent'; readonly cursor: string; readonly threadId: string | null }
  | {
      readonly __typename: 'MemberEvent'
      readonly cursor: string
      readonly threadId: string | null
      readonly eventSeq: number
      readonly at: string
      readonly actorId: string
      readonly memberChange: MemberChange
      readonly userId: string
    }
  | {
      readonly __typename: 'MessageEvent'
      readonly cursor: string
      readonly threadId: string | null
      readonly eventSeq: number
      readonly at: string
      readonly actorId: string
      readonly messageChange: MessageChange
      readonly messageId: string
      readonly seq: number | null
      readonly message: Message | null
    }
  | {
      readonly __typename: 'ReceiptEvent'
      readonly cursor: string
      readonly threadId: string | null
      readonly userId: string
      readonly readSeq: number
      readonly deliveredSeq: number
    }
  | { readonly __typename: 'StartEvent'; readonly cursor: string; readonly threadId: string | null }
  | {
      readonly __typename: 'ThreadEvent'
      readonly cursor: string
      readonly threadId: string | null
      readonly eventSeq: number
      readonly at: string
      readonly actorId: string
      readonly threadChange: ThreadChange
    }
  | {
      readonly __typename: 'TypingEvent'
      readonly cursor: string
      readonly threadId: string | null
      readonly userId: string
      readonly typing: boolean
    }

export interface MarkDeliveredInput {
  readonly seq: number
  readonly threadId: string
}

export interface MarkReadInput {
  readonly messageId?: string | null | undefined
  readonly private?: boolean | null | undefined
  readonly seq?: number | null | undefined
  readonly threadId: string
}

export type MemberChange = 'ADDED' | 'REMOVED' | 'UPDATED'

export interface Message {
  readonly id: string
  readonly threadId: string
  readonly seq: number
  readonly kind: string
  readonly role: Role
  readonly authorId: string
  readonly content: string | null
  readonly parts: readonly JsonObject[] | null
  readonly data: JsonObject | null
  readonly metadata: JsonObject
  readonly replyTo: string | null
  readonly attachmentIds: readonly string[]
  readonly clientId: string | null
  readonly createdAt: string
  readonly expiresAt: string | null
  readonly editedAt: string | null
  readonly deletedAt: string | null
  readonly version: string
}

export type MessageChange = 'CREATED' | 'DELETED' | 'EDITED' | 'EXPIRED' | 'FEEDBACK' | 'REMOVED' | 'RESTORED'

export interface MessageFilter {
  readonly authorIds?: readonly string[] | null | undefined
  readonly from?: string | null | undefined
  readonly hasAttachment?: boolean | null | undefined
  readonly includeDeleted?: boolean | null | undefined
  readonly kinds?: readonly string[] | null | undefined
  readonly metadata?: JsonObject | null | undefined
  readonly roles?: readonly Role[] | null | undefined
  readonly to?: string | null | undefined
}

export interface Presence {
  readonly userId: string
  readonly status: PresenceStatus
  readonly lastSeenAt: string | null
}

export type PresenceStatus = 'AWAY' | 'OFFLINE' | 'ONLINE'

export interface Receipt {
  readonly userId: string
  readonly readSeq: number
  readonly deliveredSeq: number
}

export type Role = 'ASSISTANT' | 'SYSTEM' | 'TOOL' | 'USER'

export interface SendMessageInput {
  readonly attachmentIds?: readonly string[] | null | undefined
  readonly authorId?: string | null | undefined
  readonly clientId?: string | null | undefined
  readonly content?: string | null | undefined
  readonly data?: JsonObject | null | undefined
  readonly id?: string | null | undefined
  readonly kind?: string | null | undefined
  readonly metadata?: JsonObject | null | undefined
  readonly parts?: readonly JsonObject[] | null | undefined
  readonly replyTo?: string | null | undefined
  readonly role?: Role | null | undefined
  readonly threadId: string
  readonly ttl?: number | null | undefined
}

export interface SetTypingInput {
  readonly threadId: string
  readonly typing?: boolean | null | undefined
}

export interface StartDirectThreadInput {
  readonly userId: string
}

export interface Thread {
  readonly id: string
  readonly title: string
  readonly direct: boolean
  readonly ownerId: string
  readonly metadata: JsonObject
  readonly createdAt: string
  readonly lastActivityAt: string
  readonly messageCount: number
  readonly memberCount: number
  readonly seq: number
  readonly version: string
}

export type ThreadChange = 'CREATED' | 'DELETED' | 'PURGED' | 'RESTORED' | 'UPDATED'

export interface User {
  readonly id: string
  readonly name: string | null
  readonly email: string | null
  readonly role: string | null
  readonly createdAt: string
  readonly deactivatedAt: string | null
}

export interface UsersVariables {
  readonly prefix?: string | null | undefined
  readonly presence?: PresenceStatus | null | undefined
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
}

export interface UsersData {
  readonly users: {
    readonly nodes: readonly User[]
    readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean }
  }
}

/** `query Users`. */
export const usersOperation: Operation<UsersData, UsersVariables> = {
  kind: 'query',
  text: 'query Users($prefix:String$presence:PresenceStatus$first:Int$after:Cursor){users(prefix:$prefix presence:$presence first:$first after:$after){nodes{...User}pageInfo{endCursor hasNextPage}}}fragment User on User{id name email role createdAt deactivatedAt}',
}

export interface PresencesVariables {
  readonly userIds: readonly string[]
}

export interface PresencesData {
  readonly presence: readonly Presence[]
}

/** `query Presences`. */
export const presencesOperation: Operation<PresencesData, PresencesVariables> = {
  kind: 'query',
  text: 'query Presences($userIds:[ID!]!){presence(userIds:$userIds){...Presence}}fragment Presence on Presence{userId status lastSeenAt}',
}

export interface ThreadsVariables {
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
}

export interface ThreadsData {
  readonly threads: {
    readonly nodes: readonly Thread[]
    readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean }
  }
}

/** `query Threads`. */
export const threadsOperation: Operation<ThreadsData, ThreadsVariables> = {
  kind: 'query',
  text: 'query Threads($first:Int$after:Cursor){threads(first:$first after:$after){nodes{...Thread}pageInfo{endCursor hasNextPage}}}fragment Thread on Thread{id title direct ownerId metadata createdAt lastActivityAt messageCount memberCount seq version}',
}

export interface MessagesVariables {
  readonly threadId: string
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
  readonly last?: number | null | undefined
  readonly before?: string | null | undefined
  readonly afterId?: string | null | undefined
  readonly beforeId?: string | null | undefined
  readonly around?: string | null | undefined
  readonly at?: string | null | undefined
  readonly filter?: MessageFilter | null | undefined
}

export interface MessagesData {
  readonly thread: {
    readonly messages: {
      readonly nodes: readonly Message[]
      readonly pageInfo: {
        readonly startCursor: string | null
        readonly endCursor: string | null
        readonly hasNextPage: boolean
        readonly hasPreviousPage: boolean
      }
    }
  } | null
}

/** `query Messages`. */
export const messagesOperation: Operation<MessagesData, MessagesVariables> = {
  kind: 'query',
  text: 'query Messages($threadId:ID!$first:Int$after:Cursor$last:Int$before:Cursor$afterId:ID$beforeId:ID$around:ID$at:DateTime$filter:MessageFilter){thread(id:$threadId){messages(first:$first after:$after last:$last before:$before afterId:$afterId beforeId:$beforeId around:$around at:$at filter:$filter){nodes{...Message}pageInfo{startCursor endCursor hasNextPage hasPreviousPage}}}}fragment Message on Message{id threadId seq kind role authorId content parts data metadata replyTo attachmentIds clientId createdAt expiresAt editedAt deletedAt version}',
}

export interface HistoryVariables {
  readonly withUser?: string | null | undefined
  readonly senderId?: string | null | undefined
  readonly since?: string | null | undefined
  readonly limit?: number | null | undefined
}

export interface HistoryData {
  readonly history: readonly Message[]
}

/** `query History`. */
export const historyOperation: Operation<HistoryData, HistoryVariables> = {
  kind: 'query',
  text: 'query History($withUser:ID$senderId:ID$since:DateTime$limit:Int){history(withUser:$withUser senderId:$senderId since:$since limit:$limit){...Message}}fragment Message on Message{id threadId seq kind role authorId content parts data metadata replyTo attachmentIds clientId createdAt expiresAt editedAt deletedAt version}',
}

export interface ReceiptsVariables {
  readonly threadId: string
}

export interface ReceiptsData {
  readonly thread: {
    readonly receipts: readonly Receipt[]
    readonly unread: { readonly count: number; readonly more: boolean } | null
  } | null
}

/** `query Receipts`. */
export const receiptsOperation: Operation<ReceiptsData, ReceiptsVariables> = {
  kind: 'query',
  text: 'query Receipts($threadId:ID!){thread(id:$threadId){receipts{...Receipt}unread{count more}}}fragment Receipt on Receipt{userId readSeq deliveredSeq}',
}

export interface PositionVariables {
  readonly threadId: string
}

export interface PositionData {
  readonly thread: { readonly cursor: string } | null
}

/** `query Position`. */
export const positionOperation: Operation<PositionData, PositionVariables> = {
  kind: 'query',
  text: 'query Position($threadId:ID!){thread(id:$threadId){cursor}}',
}

export interface SendMessageVariables {
  readonly input: SendMessageInput
}

export interface SendMessageData {
  readonly sendMessage: {
    readonly message: Message | null
    readonly deduplicated: boolean | null
    readonly cursor: string | null
    readonly userErrors: readonly { readonly code: string; readonly message: string }[]
  }
}

/** `mutation SendMessage`. */
export const sendMessageOperation: Operation<SendMessageData, SendMessageVariables> = {
  kind: 'mutation',
  text: 'mutation SendMessage($input:SendMessageInput!){sendMessage(input:$input){message{...Message}deduplicated cursor userErrors{code message}}}fragment Message on Message{id threadId seq kind role authorId content parts data metadata replyTo attachmentIds clientId createdAt expiresAt editedAt deletedAt version}',
}

export interface StartDirectThreadVariables {
  readonly input: StartDirectThreadInput
}

export interface StartDirectThreadData {
  readonly startDirectThread: {
    readonly thread: Thread | null
    readonly userErrors: readonly { readonly code: string; readonly message: string }[]
  }
}

/** `mutation StartDirectThread`. */
export const startDirectThreadOperation: Operation<StartDirectThreadData, StartDirectThreadVariables> = {
  kind: 'mutation',
  text: 'mutation StartDirectThread($input:StartDirectThreadInput!){startDirectThread(input:$input){thread{...Thread}userErrors{code message}}}fragment Thread on Thread{id title direct ownerId metadata createdAt lastActivityAt messageCount memberCount seq version}',
}

export interface HeartbeatVariables {
  readonly input: HeartbeatInput
}

export interface HeartbeatData {
  readonly heartbeat: {
    readonly presence: Presence | null
    readonly userErrors: readonly { readonly code: string; readonly message: string }[]
  }
}

/** `mutation Heartbeat`. */
export const heartbeatOperation: Operation<HeartbeatData, HeartbeatVariables> = {
  kind: 'mutation',
  text: 'mutation Heartbeat($input:HeartbeatInput!){heartbeat(input:$input){presence{...Presence}userErrors{code message}}}fragment Presence on Presence{userId status lastSeenAt}',
}

export interface MarkReadVariables {
  readonly input: MarkReadInput
}

export interface MarkReadData {
  readonly markRead: {
    readonly receipt: Receipt | null
    readonly userErrors: readonly { readonly code: string; readonly message: string }[]
  }
}

/** `mutation MarkRead`. */
export const markReadOperation: Operation<MarkReadData, MarkReadVariables> = {
  kind: 'mutation',
  text: 'mutation MarkRead($input:MarkReadInput!){markRead(input:$input){receipt{...Receipt}userErrors{code message}}}fragment Receipt on Receipt{userId readSeq deliveredSeq}',
}

export interface MarkDeliveredVariables {
  readonly input: MarkDeliveredInput
}

export interface MarkDeliveredData {
  readonly markDelivered: {
    readonly receipt: Receipt | null
    readonly userErrors: readonly { readonly code: string; readonly message: string }[]
  }
}

/** `mutation MarkDelivered`. */
export const markDeliveredOperation: Operation<MarkDeliveredData, MarkDeliveredVariables> = {
  kind: 'mutation',
  text: 'mutation MarkDelivered($input:MarkDeliveredInput!){markDelivered(input:$input){receipt{...Receipt}userErrors{code message}}}fragment Receipt on Receipt{userId readSeq deliveredSeq}',
}

export interface SetTypingVariables {
  readonly input: SetTypingInput
}

export interface SetTypingData {
  readonly setTyping: {
    readonly typing: boolean | null
    readonly userErrors: readonly { readonly code: string; readonly message: string }[]
  }
}

/** `mutation SetTyping`. */
export const setTypingOperation: Operation<SetTypingData, SetTypingVariables> = {
  kind: 'mutation',
  text: 'mutation SetTyping($input:SetTypingInput!){setTyping(input:$input){typing userErrors{code message}}}',
}

export interface ThreadEventsVariables {
  readonly threadId: string
  readonly after?: string | null | undefined
}

export interface ThreadEventsData {
  readonly threadEvents: LiveEvent
}

/** `subscription ThreadEvents`. */
export const threadEventsOperation: Operation<ThreadEventsData, ThreadEventsVariables> = {
  kind: 'subscription',
  text: 'subscription ThreadEvents($threadId:ID!$after:Cursor){threadEvents(threadId:$threadId after:$after){...LiveEvent}}fragment LiveEvent on LiveEvent{__typename cursor threadId ...on StoredEvent{eventSeq at actorId}...on MessageEvent{messageChange:change messageId seq message{...Message}}...on ThreadEvent{threadChange:change}...on MemberEvent{memberChange:change userId}...on AttachmentEvent{attachmentChange:change attachmentId}...on ReceiptEvent{userId readSeq deliveredSeq}...on TypingEvent{userId typing}}fragment Message on Message{id threadId seq kind role authorId content parts data metadata replyTo attachmentIds clientId createdAt expiresAt editedAt deletedAt version}',
}

export interface ViewerEventsVariables {
  readonly after?: string | null | undefined
}

export interface ViewerEventsData {
  readonly viewerEvents: LiveEvent
}

/** `subscription ViewerEvents`. */
export const viewerEventsOperation: Operation<ViewerEventsData, ViewerEventsVariables> = {
  kind: 'subscription',
  text: 'subscription ViewerEvents($after:Cursor){viewerEvents(after:$after){...LiveEvent}}fragment LiveEvent on LiveEvent{__typename cursor threadId ...on StoredEvent{eventSeq at actorId}...on MessageEvent{messageChange:change messageId seq message{...Message}}...on ThreadEvent{threadChange:change}...on MemberEvent{memberChange:change userId}...on AttachmentEvent{attachmentChange:change attachmentId}...on ReceiptEvent{userId readSeq deliveredSeq}...on TypingEvent{userId typing}}fragment Message on Message{id threadId seq kind role authorId content parts data metadata replyTo attachmentIds clientId createdAt expiresAt editedAt deletedAt version}',
}
