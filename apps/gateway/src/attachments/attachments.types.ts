import type { Attachment } from '@threadkeep/core'
import type { JsonObject, Millis } from '@threadkeep/core/store'
import { Field, Float, ID, ObjectType, registerEnumType } from 'type-graphql'
import { enumOf } from '../schema/enum-of.ts'
import { NodeType } from '../schema/node.ts'
import { DateTime, JSONObject } from '../schema/scalars.ts'

/** Whether the bytes are in. */
export const AttachmentStateEnum = enumOf<Attachment['state']>('uploading', 'ready')
registerEnumType(AttachmentStateEnum, {
  name: 'AttachmentState',
  description: 'Whether the bytes of an attachment are in.',
  valuesConfig: {
    UPLOADING: { description: 'Not yet, or not yet completed.' },
    READY: { description: 'They are, and agree with what was declared.' },
  },
})

/** A file beside a message. */
@ObjectType('Attachment', { simpleResolvers: true, implements: NodeType, description: 'A file beside a message.' })
export class AttachmentType extends NodeType {
  @Field(() => ID, { description: 'Unique among attachments.' })
  id!: string

  @Field(() => ID, { description: 'Who uploaded it.' })
  ownerId!: string

  @Field(() => AttachmentStateEnum, { description: 'Whether its bytes are in.' })
  state!: Attachment['state']

  @Field(() => String, { description: 'What the file is called.' })
  name!: string

  @Field(() => String, { description: 'What the file is, such as `image/png`.' })
  mimeType!: string

  @Field(() => Float, { nullable: true, description: 'Bytes: as declared while uploading, as counted when ready.' })
  size?: number

  @Field(() => String, { nullable: true, description: 'The checksum in lower-case hex, once it is ready.' })
  sha256?: string

  @Field(() => JSONObject, { description: 'Whatever the application keeps with the file.' })
  metadata!: JsonObject

  @Field(() => ID, { nullable: true, description: 'The thread whose members may read it.' })
  threadId?: string

  @Field(() => ID, { nullable: true, description: 'The message that carries it.' })
  messageId?: string

  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt!: Millis
}

/** A permission to read the bytes. */
@ObjectType({
  simpleResolvers: true,
  description: 'A permission to read the bytes of an attachment for a short time, for whoever holds it.',
})
export class Download {
  @Field(() => String, { description: 'GET this path of this server, without a token.' })
  path!: string

  @Field(() => DateTime, { description: 'When it ends.' })
  expiresAt!: Millis
}
