import type { JsonObject } from '@threadkeep/core/store'
import { Field, Float, ID, InputType } from 'type-graphql'
import { JSONObject } from '../schema/scalars.ts'

/** The input of `createAttachment`. */
@InputType({ description: 'A file that you are about to upload.' })
export class CreateAttachmentInput {
  @Field(() => ID, { nullable: true, description: 'An id of your own. Default: a new one is made.' })
  id?: string

  @Field(() => String, { description: 'What the file is called.' })
  name!: string

  @Field(() => String, { description: 'What the file is, such as `image/png`.' })
  mimeType!: string

  @Field(() => Float, { nullable: true, description: 'Its bytes: other sizes are then refused.' })
  size?: number

  @Field(() => String, { nullable: true, description: 'Its checksum in hex: other bytes are then refused.' })
  sha256?: string

  @Field(() => JSONObject, { nullable: true, description: 'Whatever the application keeps with the file.' })
  metadata?: JsonObject

  @Field(() => Boolean, { nullable: true, description: 'The bytes are kept elsewhere: it is ready at once.' })
  external?: boolean
}

/** The input of `completeAttachment`. */
@InputType({ description: 'That all bytes were sent.' })
export class CompleteAttachmentInput {
  @Field(() => ID, { description: 'The attachment.' })
  id!: string

  @Field(() => Float, { nullable: true, description: 'How many bytes were sent.' })
  size?: number

  @Field(() => String, { nullable: true, description: 'Their checksum in hex.' })
  sha256?: string
}

/** The input of `updateAttachment`. */
@InputType({ description: 'A change: what is left out stays.' })
export class UpdateAttachmentInput {
  @Field(() => ID, { description: 'The attachment.' })
  id!: string

  @Field(() => String, { nullable: true, description: 'What the file is called.' })
  name?: string

  @Field(() => JSONObject, { nullable: true, description: 'Metadata to change; null values remove.' })
  metadata?: JsonObject
}

/** The input of `deleteAttachment`. */
@InputType({ description: 'What is to go.' })
export class DeleteAttachmentInput {
  @Field(() => ID, { description: 'The attachment.' })
  id!: string
}
