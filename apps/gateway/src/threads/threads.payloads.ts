import type { Thread } from '@threadkeep/core'
import { Field, ID, Int, ObjectType } from 'type-graphql'
import { Payload } from '../schema/payload.ts'
import { ThreadType } from './threads.types.ts'

/** The answer of a mutation about one thread. */
@ObjectType({ simpleResolvers: true })
abstract class ThreadPayload extends Payload {
  @Field(() => ThreadType, { nullable: true, description: 'The thread as it is now.' })
  thread?: Thread
}

/** The answer of `createThread`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `createThread`.' })
export class CreateThreadPayload extends ThreadPayload {}

/** The answer of `updateThread`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `updateThread`.' })
export class UpdateThreadPayload extends ThreadPayload {}

/** The answer of `setThreadStatus`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `setThreadStatus`.' })
export class SetThreadStatusPayload extends ThreadPayload {}

/** The answer of `startDirectThread`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `startDirectThread`.' })
export class StartDirectThreadPayload extends ThreadPayload {}

/** The answer of `forkThread`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `forkThread`.' })
export class ForkThreadPayload extends ThreadPayload {}

/** The answer of `restoreThread`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `restoreThread`.' })
export class RestoreThreadPayload extends ThreadPayload {}

/** The answer of `setLegalHold`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `setLegalHold`.' })
export class SetLegalHoldPayload extends ThreadPayload {}

/** The answer of `truncateThread`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `truncateThread`.' })
export class TruncateThreadPayload extends ThreadPayload {
  @Field(() => Int, { nullable: true, description: 'How many messages left.' })
  removedCount?: number
}

/** The answer of `deleteThread`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `deleteThread`.' })
export class DeleteThreadPayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The thread that is gone.' })
  deletedThreadId?: string
}
