import { ArgsType, Field, Int } from 'type-graphql'
import { Cursor } from './scalars.ts'

/** The arguments of every connection. The domain says what is out of range. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, { nullable: true, description: 'The first so many items after `after`; 1 to 100, 50 by default.' })
  first?: number

  @Field(() => Cursor, { nullable: true, description: 'Start right after this position.' })
  after?: string

  @Field(() => Int, { nullable: true, description: 'The last so many items before `before`; 1 to 100.' })
  last?: number

  @Field(() => Cursor, { nullable: true, description: 'End right before this position.' })
  before?: string
}
