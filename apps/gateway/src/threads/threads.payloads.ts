import type { Thread } from '@threadkeep/core'
import { Field, ObjectType } from 'type-graphql'
import { Payload } from '../schema/payload.ts'
import { ThreadType } from './threads.types.ts'

/** The answer of `createThread`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `createThread`.' })
export class CreateThreadPayload extends Payload {
  @Field(() => ThreadType, { nullable: true, description: 'The new thread, or the existing one.' })
  thread?: Thread
}
