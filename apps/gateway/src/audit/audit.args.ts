import { ArgsType, Field, ID } from 'type-graphql'
import { PageArgs } from '../schema/page-args.ts'

/** The arguments of `auditRecords`. */
@ArgsType()
export class AuditRecordsArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: 'Only this: `search.any`, `thread.delete` …' })
  action?: string

  @Field(() => ID, { nullable: true, description: 'Only by this person.' })
  actorId?: string
}
