import type { Presence, User } from '@threadkeep/core'
import type { JsonObject, Millis } from '@threadkeep/core/store'
import { Field, ID, ObjectType, registerEnumType } from 'type-graphql'
import { connectionType } from '../schema/connection.ts'
import { enumOf } from '../schema/enum-of.ts'
import { NodeType } from '../schema/node.ts'
import { DateTime, JSONObject } from '../schema/scalars.ts'

/** A user as everyone sees it. */
@ObjectType('User', { simpleResolvers: true, implements: NodeType, description: 'A person, as everyone sees it.' })
export class UserType extends NodeType {
  @Field(() => ID, { description: 'As the token names it in `sub`.' })
  id!: string

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

  @Field(() => DateTime, { description: 'When the profile was made.' })
  createdAt!: Millis

  @Field(() => DateTime, { description: 'When the profile last changed.' })
  updatedAt!: Millis

  @Field(() => DateTime, { nullable: true, description: 'Since when this person can do nothing.' })
  deactivatedAt?: Millis

  @Field(() => String, { description: 'Changes with every write: pass it to `updateUser` to refuse a lost update.' })
  version!: string
}

/** A page of users. */
export const UserConnection = connectionType<User>('User', () => UserType)

/** Whether a person is there. */
export const PresenceStatusEnum = enumOf<Presence['status']>('online', 'away', 'offline')
registerEnumType(PresenceStatusEnum, {
  name: 'PresenceStatus',
  description: 'Whether a person is there.',
  valuesConfig: {
    ONLINE: { description: 'There was a heartbeat within the last 60 seconds.' },
    AWAY: { description: 'There was one, and it said so.' },
    OFFLINE: { description: 'There was none, or not for 60 seconds.' },
  },
})

/** Whether somebody is there. */
@ObjectType('Presence', { simpleResolvers: true, description: 'Whether somebody is there.' })
export class PresenceType {
  @Field(() => ID, { description: 'The person.' })
  userId!: string

  @Field(() => PresenceStatusEnum, { description: 'Whether the person is there.' })
  status!: Presence['status']

  @Field(() => DateTime, { nullable: true, description: 'The last heartbeat, when there was one.' })
  lastSeenAt?: Millis
}
