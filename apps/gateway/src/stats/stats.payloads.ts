import type { Drift } from '@threadkeep/core'
import { Field, ObjectType } from 'type-graphql'
import { Payload } from '../schema/payload.ts'
import { DriftType } from './stats.types.ts'

/** The answer of `reconcileStats`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `reconcileStats`.' })
export class ReconcileStatsPayload extends Payload {
  @Field(() => [DriftType], { nullable: true, description: 'Every count that was wrong.' })
  drifts?: readonly Drift[]
}
