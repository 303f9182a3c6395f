import { Field, ID, InterfaceType } from 'type-graphql'

/** What can be read again by one id. */
@InterfaceType('Node', {
  description: 'Anything that can be read again by one id, whatever its type.',
})
export abstract class NodeType {
  @Field(() => ID, { description: 'Unique among everything: pass it to `node`. Opaque.' })
  nodeId!: string
}

/** The types behind `Node`, with what names one of them. */
export type NodeRef =
  | readonly ['User', userId: string]
  | readonly ['Thread', threadId: string]
  | readonly ['Message', threadId: string, messageId: string]
  | readonly ['Attachment', attachmentId: string]

/** The node id of a thing. */
export function nodeIdOf(...ref: NodeRef): string {
  return Buffer.from(JSON.stringify(ref)).toString('base64url')
}

/** What a node id names; undefined for a text that is none. */
export function readNodeId(nodeId: string): NodeRef | undefined {
  let ref: unknown
  try {
    ref = JSON.parse(Buffer.from(nodeId, 'base64url').toString())
  } catch {
    return undefined
  }
  if (!Array.isArray(ref) || !ref.every((part) => typeof part === 'string')) return undefined
  const lengths: Record<string, number> = { User: 2, Thread: 2, Message: 3, Attachment: 2 }
  return lengths[ref[0]!] === ref.length ? (ref as unknown as NodeRef) : undefined
}
