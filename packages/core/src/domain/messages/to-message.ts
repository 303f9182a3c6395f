import type { Version } from '../../store/types.ts'
import type { MessageRecord } from '../kernel/records.ts'
import type { Message } from './messages.types.ts'

/** A stored message as readers see it: one that was softly deleted shows that it is gone, and nothing it said. */
export function toMessage(record: MessageRecord, version: Version): Message {
  if (record.deletedAt === undefined) return { ...record, version }
  const { content, data, ...rest } = record
  return { ...rest, metadata: {}, attachments: [], version }
}
