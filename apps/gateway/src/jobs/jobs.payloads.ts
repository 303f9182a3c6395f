import type { JobReport } from '@threadkeep/core'
import { Field, ObjectType } from 'type-graphql'
import { Payload } from '../schema/payload.ts'
import { JobReportType } from './jobs.types.ts'

/** The answer of `runJob`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `runJob`.' })
export class RunJobPayload extends Payload {
  @Field(() => JobReportType, { nullable: true, description: 'What it did.' })
  report?: JobReport
}
