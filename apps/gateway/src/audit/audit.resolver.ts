import type { AuditRecord } from '@threadkeep/core'
import { Args, Ctx, Query, Resolver } from 'type-graphql'
import type { RequestContext } from '../pipeline/context.ts'
import type { Connection } from '../schema/connection.ts'
import { given } from '../schema/given.ts'
import { AuditRecordsArgs } from './audit.args.ts'
import { AuditRecordConnection } from './audit.types.ts'

/** The record of what was done with special rights, in GraphQL's words. */
@Resolver()
export class AuditResolver {
  @Query(() => AuditRecordConnection, {
    description: 'What was done with special rights, newest first. Needs the scope `admin`.',
  })
  async auditRecords(
    @Args(() => AuditRecordsArgs) args: AuditRecordsArgs,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<Connection<AuditRecord>> {
    return new AuditRecordConnection(await keep.audit.list(actor, given(args)))
  }
}
