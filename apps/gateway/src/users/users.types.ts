import type { User } from '@threadkeep/core'
import type { JsonObject, Millis } from '@threadkeep/core/store'
import { Field, ID, ObjectType } from 'type-graphql'
import { connectionType } from '../schema/connection.ts'
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
