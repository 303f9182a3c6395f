import type { DomainCase } from '../domain/domain-case.ts'
import { chatKitAttachmentCases } from './attachment-cases.ts'
import { chatKitItemCases } from './item-cases.ts'
import { chatKitThreadCases } from './thread-cases.ts'

/** What `chatKitStore` owes to ChatKit's server, on any store. */
export const chatKitCases: readonly DomainCase[] = [
  ...chatKitThreadCases,
  ...chatKitItemCases,
  ...chatKitAttachmentCases,
]
