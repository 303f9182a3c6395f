import type { ImportReport } from '@threadkeep/core'
import { Field, ObjectType } from 'type-graphql'
import { Payload } from '../schema/payload.ts'
import { ImportReportType } from './transfer.types.ts'

/** The answer of `importConversations`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `importConversations`.' })
export class ImportConversationsPayload extends Payload {
  @Field(() => ImportReportType, { nullable: true, description: 'What it did.' })
  report?: ImportReport
}
