import { z } from 'zod'

/** What is kept of a message. Nothing else gets in, and nothing else comes out. */
export const chatMessage = z.strictObject({
  sender: z.string().trim().min(1).max(64),
  content: z.string().min(1).max(10_000),
  /** ISO 8601, UTC. */
  timestamp: z.iso.datetime(),
})

/** A message as its readers get it. */
export type ChatMessage = z.infer<typeof chatMessage>
