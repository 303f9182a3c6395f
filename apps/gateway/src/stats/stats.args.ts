import type { Millis } from '@threadkeep/core/store'
import { ArgsType, Field, ID, InputType } from 'type-graphql'
import { DateTime } from '../schema/scalars.ts'

/** The arguments of `messagesPerDay`. */
@ArgsType()
export class MessagesPerDayArgs {
  @Field(() => ID, {
    nullable: true,
    description: 'Of this thread. Default: of everything, with the scope `stats:system`.',
  })
  threadId?: string

  @Field(() => DateTime, { description: 'The first day is the one of this moment.' })
  from!: Millis

  @Field(() => DateTime, { description: 'Days before this moment.' })
  to!: Millis
}

/** The input of `reconcileStats`. */
@InputType({ description: 'A recount.' })
export class ReconcileStatsInput {
  @Field(() => Boolean, { nullable: true, description: 'Put right what is wrong. Default: only report.' })
  repair?: boolean
}
