import type { JobReport } from '@threadkeep/core'
import { ArgsType, Field, Float, ID, InputType, Int } from 'type-graphql'
import { JobEnum } from './jobs.types.ts'

/** The arguments of `jobRuns`. */
@ArgsType()
export class JobRunsArgs {
  @Field(() => JobEnum, { nullable: true, description: 'Only of this job.' })
  job?: JobReport['job']

  @Field(() => Int, { nullable: true, description: 'So many. Default: 50.' })
  limit?: number
}

/** The input of `runJob`. */
@InputType({ description: 'A run of a job.' })
export class RunJobInput {
  @Field(() => JobEnum, { description: 'Which job.' })
  job!: JobReport['job']

  @Field(() => Boolean, { nullable: true, description: 'Change nothing, and say what would be removed.' })
  dryRun?: boolean

  @Field(() => Int, { nullable: true, description: 'Remove at most so many. Default: 10,000.' })
  limit?: number

  @Field(() => Float, { nullable: true, description: 'For `CLEANUP`, which needs it: days without activity.' })
  olderThanDays?: number

  @Field(() => ID, { nullable: true, description: 'For `CLEANUP`: only threads of this person.' })
  userId?: string
}
