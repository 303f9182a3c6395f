import type { JobReport } from '@threadkeep/core'
import type { Millis } from '@threadkeep/core/store'
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql'
import { enumOf } from '../schema/enum-of.ts'
import { DateTime } from '../schema/scalars.ts'

/** What has to be done from time to time. */
export const JobEnum = enumOf<JobReport['job']>('expiry', 'cleanup', 'purge', 'uploads')
registerEnumType(JobEnum, {
  name: 'Job',
  description: 'What has to be done from time to time.',
  valuesConfig: {
    EXPIRY: { description: 'Counts out messages whose life ended, and applies retention.' },
    CLEANUP: { description: 'Deletes threads without activity for so many days.' },
    PURGE: { description: 'Removes everything of threads whose grace has ended.' },
    UPLOADS: { description: 'Removes uploads that nobody finished or sent.' },
  },
})

/** What a job did. */
@ObjectType('JobReport', { simpleResolvers: true, description: 'What a job did, or would do.' })
export class JobReportType implements JobReport {
  @Field(() => JobEnum, { description: 'Which job.' })
  job!: JobReport['job']

  @Field(() => Boolean, { description: 'Whether nothing was changed.' })
  dryRun!: boolean

  @Field(() => DateTime, { description: 'When it began.' })
  startedAt!: Millis

  @Field(() => DateTime, { description: 'When it was done.' })
  finishedAt!: Millis

  @Field(() => Int, { description: 'Records looked at.' })
  examined!: number

  @Field(() => Int, { description: 'Messages, threads or uploads removed.' })
  removed!: number

  @Field(() => Int, { description: 'Left alone because of a legal hold.' })
  held!: number

  @Field(() => [ID], { description: 'What was removed: the first 1,000.' })
  ids!: readonly string[]
}
