import type { Role } from '@threadkeep/core'
import type { Millis } from '@threadkeep/core/store'
import { ArgsType, Field, Float, ID, InputType, Int } from 'type-graphql'
import { RoleEnum } from '../messages/messages.types.ts'
import { Cursor, DateTime } from '../schema/scalars.ts'

/** Which messages are searched. */
@InputType({ description: 'Which messages are searched. All named filters must hold.' })
export class SearchFilter {
  @Field(() => [ID], { nullable: true, description: 'In these threads. Default: in all that you are in.' })
  threadIds?: string[]

  @Field(() => [ID], { nullable: true, description: 'By these people.' })
  userIds?: string[]

  @Field(() => [RoleEnum], { nullable: true, description: 'By one of these.' })
  roles?: Role[]

  @Field(() => [String], { nullable: true, description: 'Of one of these kinds.' })
  kinds?: string[]

  @Field(() => DateTime, { nullable: true, description: 'Kept at this moment or later.' })
  from?: Millis

  @Field(() => DateTime, { nullable: true, description: 'Kept before this moment.' })
  to?: Millis

  @Field(() => Float, { nullable: true, description: 'At least so relevant, from 0 to 1.' })
  minRelevanceScore?: number

  @Field(() => Boolean, {
    nullable: true,
    description: 'In everyone’s threads: needs the scope `search:any`, and is put on record.',
  })
  anyUser?: boolean
}

/** The arguments of `search`. */
@ArgsType()
export class SearchArgs {
  @Field(() => String, { description: 'Words; the last one may be only begun. `"…"` is a phrase.' })
  query!: string

  @Field(() => SearchFilter, { nullable: true, description: 'Which messages. Default: all in your threads.' })
  filter?: SearchFilter

  @Field(() => Int, { nullable: true, description: 'So many; 1 to 100, 20 by default.' })
  first?: number

  @Field(() => Cursor, { nullable: true, description: 'The `nextCursor` of an earlier answer to the same question.' })
  after?: string

  @Field(() => Int, { nullable: true, description: 'So many messages before and after each. Default: none.' })
  context?: number
}
