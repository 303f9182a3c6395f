import type { ChatKitAttachment } from '../../chatkit/chatkit-types.ts'
import type { DomainCase } from '../domain/domain-case.ts'
import { rejects, same } from '../expect.ts'
import { ada, chatKitCase, eve } from './chatkit-case.ts'

const picture: ChatKitAttachment = {
  id: 'att',
  name: 'a.png',
  mime_type: 'image/png',
  type: 'image',
  preview_url: 'https://example.org/a.png',
  upload_url: null,
  thread_id: 't',
  metadata: { source: null },
}

/** Attachments. */
export const chatKitAttachmentCases: readonly DomainCase[] = [
  chatKitCase('an attachment is saved, replaced, read by its owner only, and deleted', async ({ chatKit }) => {
    await chatKit.saveAttachment(picture, ada)
    same(await chatKit.loadAttachment('att', ada), picture, 'saved')
    const file = { id: 'att', name: 'b.pdf', mime_type: 'application/pdf', type: 'file' }
    await chatKit.saveAttachment(file, ada)
    same(await chatKit.loadAttachment('att', ada), file, 'replaced')
    await rejects(() => chatKit.loadAttachment('att', eve), 'NOT_FOUND', 'read by another')
    await rejects(() => chatKit.saveAttachment(picture, eve), 'NOT_FOUND', 'replaced by another')
    await chatKit.deleteAttachment('att', eve)
    same(await chatKit.loadAttachment('att', ada), file, 'deleted by another')
    await chatKit.deleteAttachment('att', ada)
    await rejects(() => chatKit.loadAttachment('att', ada), 'NOT_FOUND', 'deleted')
  }),
  chatKitCase('an attachment made by other means shows', async ({ chat, chatKit }) => {
    const input = { id: 'x', name: 'x.png', mimeType: 'image/png', external: true }
    await chat.attachments.create({ userId: 'ada' }, input)
    const { id, name, mimeType } = input
    same(await chatKit.loadAttachment('x', ada), { id, name, type: 'image', mime_type: mimeType }, 'as ChatKit has it')
  }),
]
