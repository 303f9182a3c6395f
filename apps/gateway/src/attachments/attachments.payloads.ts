import type { Attachment } from '@threadkeep/core'
import { Field, ID, ObjectType } from 'type-graphql'
import { Payload } from '../schema/payload.ts'
import { AttachmentType } from './attachments.types.ts'

/** The answer of a mutation about one attachment. */
@ObjectType({ simpleResolvers: true })
abstract class AttachmentPayload extends Payload {
  @Field(() => AttachmentType, { nullable: true, description: 'The attachment as it is now.' })
  attachment?: Attachment
}

/** The answer of `createAttachment`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `createAttachment`.' })
export class CreateAttachmentPayload extends AttachmentPayload {
  @Field(() => String, {
    nullable: true,
    description: 'PUT the bytes to this path of this server, with your token; null when they are kept elsewhere.',
  })
  uploadPath?: string
}

/** The answer of `completeAttachment`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `completeAttachment`.' })
export class CompleteAttachmentPayload extends AttachmentPayload {}

/** The answer of `updateAttachment`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `updateAttachment`.' })
export class UpdateAttachmentPayload extends AttachmentPayload {}

/** The answer of `deleteAttachment`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `deleteAttachment`.' })
export class DeleteAttachmentPayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'What is gone.' })
  deletedAttachmentId?: string
}
