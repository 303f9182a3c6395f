import type { Member } from '@threadkeep/core'
import { Field, ID, ObjectType } from 'type-graphql'
import { Payload } from '../schema/payload.ts'
import { MemberType } from './members.types.ts'

/** The answer of a mutation about one membership. */
@ObjectType({ simpleResolvers: true })
abstract class MemberPayload extends Payload {
  @Field(() => MemberType, { nullable: true, description: 'The membership as it is now.' })
  member?: Member
}

/** The answer of `addMember`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `addMember`.' })
export class AddMemberPayload extends MemberPayload {}

/** The answer of `setMemberRole`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `setMemberRole`.' })
export class SetMemberRolePayload extends MemberPayload {}

/** The answer of `archiveThread`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `archiveThread`.' })
export class ArchiveThreadPayload extends MemberPayload {}

/** The answer of `muteThread`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `muteThread`.' })
export class MuteThreadPayload extends MemberPayload {}

/** The answer of `removeMember`. */
@ObjectType({ simpleResolvers: true, implements: Payload, description: 'The answer of `removeMember`.' })
export class RemoveMemberPayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'Who is out of the thread.' })
  removedUserId?: string
}
