import type { MemberRole } from '@threadkeep/core'
import { Field, ID, InputType } from 'type-graphql'
import { MemberRoleEnum } from './member-role.ts'

/** The input of `addMember`. */
@InputType({ description: 'Whom to bring into a thread.' })
export class AddMemberInput {
  @Field(() => ID, { description: 'The thread.' })
  threadId!: string

  @Field(() => ID, { description: 'The person.' })
  userId!: string

  @Field(() => MemberRoleEnum, { nullable: true, description: 'Default: `MEMBER`.' })
  role?: MemberRole
}

/** The input of `setMemberRole`. */
@InputType({ description: 'What a member may do from now on.' })
export class SetMemberRoleInput {
  @Field(() => ID, { description: 'The thread.' })
  threadId!: string

  @Field(() => ID, { description: 'The person.' })
  userId!: string

  @Field(() => MemberRoleEnum, { description: 'The new role. Whoever is made owner takes the thread over.' })
  role!: MemberRole
}

/** The input of `removeMember`. */
@InputType({ description: 'Who leaves a thread.' })
export class RemoveMemberInput {
  @Field(() => ID, { description: 'The thread.' })
  threadId!: string

  @Field(() => ID, { nullable: true, description: 'The person. Default: you.' })
  userId?: string
}

/** The input of `archiveThread`. */
@InputType({ description: 'Whether to put a thread away, for yourself.' })
export class ArchiveThreadInput {
  @Field(() => ID, { description: 'The thread.' })
  threadId!: string

  @Field(() => Boolean, { nullable: true, description: 'False takes it out again. Default: true.' })
  archived?: boolean
}

/** The input of `muteThread`. */
@InputType({ description: 'Whether a thread shall be quiet, for yourself.' })
export class MuteThreadInput {
  @Field(() => ID, { description: 'The thread.' })
  threadId!: string

  @Field(() => Boolean, { nullable: true, description: 'False lets it be heard again. Default: true.' })
  muted?: boolean
}
