export type { ChatKitStoreOptions, UserContext } from './chatkit-store.ts'
export { chatKitStore } from './chatkit-store.ts'
export type {
  ChatKitAttachment,
  ChatKitItem,
  ChatKitItemType,
  ChatKitOrder,
  ChatKitPage,
  ChatKitStore,
  ChatKitThread,
} from './chatkit-types.ts'
