import type { JobReport } from '@threadkeep/core'
import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql'
import type { RequestContext } from '../pipeline/context.ts'
import { given } from '../schema/given.ts'
import { payload } from '../schema/payload.ts'
import { JobRunsArgs, RunJobInput } from './jobs.args.ts'
import { RunJobPayload } from './jobs.payloads.ts'
import { JobReportType } from './jobs.types.ts'

/** Jobs: what the domain does from time to time, in GraphQL's words. */
@Resolver()
export class JobsResolver {
  @Query(() => [JobReportType], { description: 'The latest runs, newest first. Needs the scope `admin`.' })
  jobRuns(
    @Args(() => JobRunsArgs) args: JobRunsArgs,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<readonly JobReport[]> {
    return keep.jobs.runs(actor, given(args))
  }

  @Mutation(() => RunJobPayload, {
    description: 'Runs a job now. It may be repeated, and run in many places. Needs the scope `admin`.',
  })
  runJob(
    @Arg('input', () => RunJobInput) input: RunJobInput,
    @Ctx() { keep: { jobs }, actor, signal }: RequestContext,
  ): Promise<RunJobPayload> {
    const { job, olderThanDays = Number.NaN, userId, ...rest } = given(input)
    const options = { ...rest, signal }
    const run = {
      expiry: () => jobs.expire(actor, options),
      cleanup: () => jobs.cleanup(actor, { ...options, ...given({ userId }), olderThanDays }),
      purge: () => jobs.purge(actor, options),
      uploads: () => jobs.uploads(actor, options),
    }
    return payload(async () => ({ report: await run[job]() }))
  }
}
