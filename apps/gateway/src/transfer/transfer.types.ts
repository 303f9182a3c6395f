import { Field, ID, Int, ObjectType } from 'type-graphql'

/** A row that could not be taken. */
@ObjectType({ simpleResolvers: true, description: 'A row of an import that was not taken.' })
export class ImportRowError {
  @Field(() => Int, { description: 'Which row: 1 is the first.' })
  row!: number

  @Field(() => String, { description: 'Stable and for programs.' })
  code!: string

  @Field(() => String, { description: 'For people.' })
  message!: string
}

/** What an import did. */
@ObjectType('ImportReport', { simpleResolvers: true, description: 'What an import did, or would do.' })
export class ImportReportType {
  @Field(() => ID, { description: 'Pass it again to go on where it was interrupted.' })
  jobId!: string

  @Field(() => Boolean, { description: 'Whether nothing was written.' })
  dryRun!: boolean

  @Field(() => Boolean, {
    description: 'Whether every row was looked at. If not, ask again with the `jobId`: it goes on where it stopped.',
  })
  finished!: boolean

  @Field(() => Int, { description: 'Rows read.' })
  rows!: number

  @Field(() => Int, { description: 'Rows taken.' })
  imported!: number

  @Field(() => Int, { description: 'Rows that were there already.' })
  skipped!: number

  @Field(() => Int, { description: 'Rows that could not be taken.' })
  failed!: number

  @Field(() => Int, { description: 'Threads among those taken.' })
  threads!: number

  @Field(() => Int, { description: 'Messages among those taken.' })
  messages!: number

  @Field(() => Int, { description: 'People among those taken.' })
  users!: number

  @Field(() => [ImportRowError], { description: 'The first 100 rows that could not be taken.' })
  errors!: readonly ImportRowError[]
}
