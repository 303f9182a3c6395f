import type { Member, MemberRole } from '@threadkeep/core'
import type { Millis } from '@threadkeep/core/store'
import { Field, ID, Int, ObjectType } from 'type-graphql'
import { connectionType } from '../schema/connection.ts'
import { DateTime } from '../schema/scalars.ts'
import { MemberRoleEnum } from './member-role.ts'

/** One person's place in a thread. */
@ObjectType('Member', { simpleResolvers: true, description: "One person's place in a thread." })
export class MemberType {
  @Field(() => ID, { description: 'The thread.' })
  threadId!: string

  @Field(() => ID, { description: 'The person.' })
  userId!: string

  @Field(() => MemberRoleEnum, { description: 'What this person may do here.' })
  role!: MemberRole

  @Field(() => DateTime, { description: 'Since when.' })
  joinedAt!: Millis

  @Field(() => Int, { description: 'The newest message this person shows as read.' })
  readSeq!: number

  @Field(() => Int, { description: 'The newest message that has reached this person.' })
  deliveredSeq!: number

  @Field(() => Boolean, { description: 'Whether this person has put the thread away.' })
  archived!: boolean

  @Field(() => Boolean, { description: 'Whether this person wants no notifications from it.' })
  muted!: boolean
}

/** A page of members. */
export const MemberConnection = connectionType<Member>('Member', () => MemberType)
