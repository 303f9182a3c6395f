import type { Presence } from '@threadkeep/core'
import type { JsonObject } from '@threadkeep/core/store'
import { ArgsType, Field, ID, InputType, registerEnumType } from 'type-graphql'
import { enumOf } from '../schema/enum-of.ts'
import { PageArgs } from '../schema/page-args.ts'
import { JSONObject } from '../schema/scalars.ts'
import { PresenceStatusEnum } from './users.types.ts'

/** The arguments of `users`. */
@ArgsType()
export class UsersArgs extends PageArgs {
  @Field(() => String, {
    nullable: true,
    description: 'How the name, the address or the id begins; case and accents do not matter.',
  })
  prefix?: string

  @Field(() => PresenceStatusEnum, { nullable: true, description: 'Only people who are there, away, or not there.' })
  presence?: Presence['status']
}

/** What a person tells of themselves. */
@InputType({ description: 'What a person tells of themselves.' })
export class UserProfileInput {
  @Field(() => String, { nullable: true, description: 'What others call this person.' })
  name?: string

  @Field(() => String, { nullable: true, description: 'An address for mail.' })
  email?: string

  @Field(() => String, { nullable: true, description: 'Free text such as `support`: it grants nothing.' })
  role?: string

  @Field(() => JSONObject, { nullable: true, description: 'Settings of this person.' })
  preferences?: JsonObject

  @Field(() => JSONObject, { nullable: true, description: 'Whatever the application keeps about this person.' })
  metadata?: JsonObject
}

/** The input of `createUser`. */
@InputType({ description: 'A new person.' })
export class CreateUserInput {
  @Field(() => ID, { nullable: true, description: 'Default: you. Anyone else needs the scope `admin`.' })
  id?: string

  @Field(() => UserProfileInput, { nullable: true, description: 'What there is to tell.' })
  profile?: UserProfileInput
}

/** One row of `createUsers`. */
@InputType({ description: 'One of many new people.' })
export class CreateUserRowInput {
  @Field(() => ID, { description: 'As the token names the person in `sub`.' })
  id!: string

  @Field(() => UserProfileInput, { nullable: true, description: 'What there is to tell.' })
  profile?: UserProfileInput
}

/** The input of `createUsers`. */
@InputType({ description: 'Many new people. Needs the scope `admin`.' })
export class CreateUsersInput {
  @Field(() => [CreateUserRowInput], { description: 'At most 1,000. Each stands alone.' })
  users!: CreateUserRowInput[]
}

/** The input of `updateUser`: a merge patch (RFC 7396). */
@InputType({ description: 'A change of a profile: what is left out stays, null removes, objects merge.' })
export class UpdateUserInput {
  @Field(() => ID, { nullable: true, description: 'Default: you. Anyone else needs the scope `admin`.' })
  id?: string

  @Field(() => String, { nullable: true, description: 'What others call this person.' })
  name?: string | null

  @Field(() => String, { nullable: true, description: 'An address for mail.' })
  email?: string | null

  @Field(() => String, { nullable: true, description: 'Free text such as `support`: it grants nothing.' })
  role?: string | null

  @Field(() => JSONObject, { nullable: true, description: 'Settings to change; null values remove.' })
  preferences?: JsonObject | null

  @Field(() => JSONObject, { nullable: true, description: 'Metadata to change; null values remove.' })
  metadata?: JsonObject | null

  @Field(() => String, {
    nullable: true,
    description: 'The version you have seen: `CONFLICT` when there is a newer one.',
  })
  version?: string
}

/** The input of `deactivateUser`. */
@InputType({ description: 'Who is to rest.' })
export class DeactivateUserInput {
  @Field(() => ID, { nullable: true, description: 'Default: you. Anyone else needs the scope `admin`.' })
  id?: string
}

/** The input of `restoreUser`. */
@InputType({ description: 'Who is to come back.' })
export class RestoreUserInput {
  @Field(() => ID, { nullable: true, description: 'Default: you. Anyone else needs the scope `admin`.' })
  id?: string
}

/** How a user is deleted. */
export const DeleteUserModeEnum = enumOf<'soft' | 'hard'>('soft', 'hard')
registerEnumType(DeleteUserModeEnum, {
  name: 'DeleteUserMode',
  description: 'How a user is deleted.',
  valuesConfig: {
    SOFT: { description: 'Hidden; can be restored.' },
    HARD: { description: 'Profile, presence and memberships are erased. Messages stay.' },
  },
})

/** The input of `deleteUser`. */
@InputType({ description: 'Who is to go, and how.' })
export class DeleteUserInput {
  @Field(() => ID, { nullable: true, description: 'Default: you. Anyone else needs the scope `admin`.' })
  id?: string

  @Field(() => DeleteUserModeEnum, { nullable: true, description: 'Default: `SOFT`.' })
  mode?: 'soft' | 'hard'
}

/** The input of `blockUser`. */
@InputType({ description: 'Whom you want to hear nothing from.' })
export class BlockUserInput {
  @Field(() => ID, { description: 'The person.' })
  userId!: string
}

/** The input of `unblockUser`. */
@InputType({ description: 'Whom you want to hear from again.' })
export class UnblockUserInput {
  @Field(() => ID, { description: 'The person.' })
  userId!: string
}

/** What a heartbeat says. */
export const HeartbeatStatusEnum = enumOf<'online' | 'away'>('online', 'away')
registerEnumType(HeartbeatStatusEnum, {
  name: 'HeartbeatStatus',
  description: 'What a heartbeat says.',
  valuesConfig: { ONLINE: { description: 'I am here.' }, AWAY: { description: 'I am connected, and not looking.' } },
})

/** The input of `heartbeat`. */
@InputType({ description: 'That you are there. Repeat it within 60 seconds.' })
export class HeartbeatInput {
  @Field(() => HeartbeatStatusEnum, { nullable: true, description: 'Default: `ONLINE`.' })
  status?: 'online' | 'away'
}
