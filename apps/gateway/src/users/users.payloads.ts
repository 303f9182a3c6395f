import type { Presence, User } from '@threadkeep/core'
import { Field, ID, ObjectType } from 'type-graphql'
import { Payload, UserError } from '../schema/payload.ts'
import { PresenceType, UserType } from './users.types.ts'

/** The answer of a mutation about one user. */
@ObjectType({ simpleResolvers: true })
abstract class UserPayload extends Payload {
  @Field(() => UserType, { nullable: true, description: 'The person as it is now.' })
  user?: User
}

/** The answer of `createUser`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `createUser`.' })
export class CreateUserPayload extends UserPayload {}

/** The answer of `updateUser`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `updateUser`.' })
export class UpdateUserPayload extends UserPayload {}

/** The answer of `deactivateUser`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `deactivateUser`.' })
export class DeactivateUserPayload extends UserPayload {}

/** The answer of `restoreUser`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `restoreUser`.' })
export class RestoreUserPayload extends UserPayload {}

/** The answer of `deleteUser`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `deleteUser`.' })
export class DeleteUserPayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'Who is gone.' })
  deletedUserId?: string
}

/** One row's fate. */
@ObjectType({ simpleResolvers: true, description: 'What became of one of many new people.' })
export class CreateUserResult {
  @Field(() => ID, { description: 'As it was given.' })
  id!: string

  @Field(() => UserType, { nullable: true, description: 'The new person; null when it failed.' })
  user?: User

  @Field(() => UserError, { nullable: true, description: 'Why it failed; null when it did not.' })
  error?: UserError
}

/** The answer of `createUsers`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `createUsers`.' })
export class CreateUsersPayload extends Payload {
  @Field(() => [CreateUserResult], { nullable: true, description: 'What became of each, in the order given.' })
  results?: CreateUserResult[]
}

/** The answer of a mutation about whom one has blocked. */
@ObjectType({ simpleResolvers: true })
abstract class BlockPayload extends Payload {
  @Field(() => [ID], { nullable: true, description: 'Everyone you have blocked.' })
  blockedUserIds?: readonly string[]
}

/** The answer of `blockUser`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `blockUser`.' })
export class BlockUserPayload extends BlockPayload {}

/** The answer of `unblockUser`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `unblockUser`.' })
export class UnblockUserPayload extends BlockPayload {}

/** The answer of `heartbeat`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `heartbeat`.' })
export class HeartbeatPayload extends Payload {
  @Field(() => PresenceType, { nullable: true, description: 'How others see you now.' })
  presence?: Presence
}
