import type { Millis } from '@threadkeep/core/store'
import { Ctx, Field, Float, Int, ObjectType, Query, Resolver } from 'type-graphql'
import type { RequestContext } from '../pipeline/context.ts'
import { DateTime } from '../schema/scalars.ts'

/** What one may ask for. */
@ObjectType('RateLimit', { simpleResolvers: true, description: 'What you may ask for.' })
export class RateLimitType {
  @Field(() => Int, { description: 'What this very operation costs: about one point for each object it can load.' })
  cost!: number

  @Field(() => Float, { nullable: true, description: 'The points you have left; null where nothing is limited.' })
  remaining?: number

  @Field(() => DateTime, { nullable: true, description: 'When you will have all of your points again.' })
  resetAt?: Millis
}

/** What the pipeline has charged, in GraphQL's words. */
@Resolver()
export class LimitsResolver {
  @Query(() => RateLimitType, { description: 'What this operation costs, and what you have left.' })
  rateLimit(@Ctx() { spent: { cost, verdict } }: RequestContext): RateLimitType {
    return verdict ? { cost, remaining: verdict.remaining, resetAt: verdict.resetAt } : { cost }
  }
}
