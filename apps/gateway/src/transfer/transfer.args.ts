import { Field, ID, InputType, Int } from 'type-graphql'

/** The input of `importConversations`. */
@InputType({ description: 'An import of what an export wrote.' })
export class ImportConversationsInput {
  @Field(() => ID, { description: 'Your finished upload of an export, in either format, gzipped or not.' })
  attachmentId!: string

  @Field(() => Boolean, { nullable: true, description: 'Check every row and write nothing. Default: false.' })
  dryRun?: boolean

  @Field(() => ID, { nullable: true, description: 'The id of an interrupted import, to go on with it.' })
  jobId?: string

  @Field(() => Int, { nullable: true, description: 'Rows for each commit.' })
  batchSize?: number
}
