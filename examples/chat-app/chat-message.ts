import { z } from 'zod'

/** What is kept of a message. Nothing else gets in, and nothing else comes out. */
export const chatMessage = z.strictObject({
  sender: z.string().trim().min(1).max(64),
  content: z.string().min(1).max(10_000),
  timestamp: z.union([z.date(), z.iso.datetime().transform((text) => new Date(text))]),
})

/** A message as its readers get it. */
export type ChatMessage = z.infer<typeof chatMessage>

/** A message as it is stored, with the time as a text that people and `chatMessage` can read. */
export function encodeMessage(message: ChatMessage) {
  return { ...message, timestamp: message.timestamp.toISOString() }
}
