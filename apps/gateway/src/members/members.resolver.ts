import type { Member, Thread } from '@threadkeep/core'
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql'
import type { RequestContext } from '../pipeline/context.ts'
import type { Connection } from '../schema/connection.ts'
import { Direct } from '../schema/direct.ts'
import { given } from '../schema/given.ts'
import { PageArgs } from '../schema/page-args.ts'
import { payload } from '../schema/payload.ts'
import { ThreadType } from '../threads/threads.types.ts'
import { UserType } from '../users/users.types.ts'
import {
  AddMemberInput,
  ArchiveThreadInput,
  MuteThreadInput,
  RemoveMemberInput,
  SetMemberRoleInput,
} from './members.args.ts'
import {
  AddMemberPayload,
  ArchiveThreadPayload,
  MuteThreadPayload,
  RemoveMemberPayload,
  SetMemberRolePayload,
} from './members.payloads.ts'
import { MemberConnection, MemberType } from './members.types.ts'

/** Who is in a thread: what the domain says, in GraphQL's words. */
@Resolver(() => MemberType)
export class MembersResolver {
  @Mutation(() => AddMemberPayload, { description: 'Brings a person into a thread that you own.' })
  addMember(
    @Arg('input', () => AddMemberInput) { threadId, userId, role }: AddMemberInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<AddMemberPayload> {
    return payload(async () => ({ member: await keep.threads.addMember(actor, threadId, userId, role ?? undefined) }))
  }

  @Mutation(() => SetMemberRolePayload, { description: 'Says what a member of a thread that you own may do.' })
  setMemberRole(
    @Arg('input', () => SetMemberRoleInput) { threadId, userId, role }: SetMemberRoleInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<SetMemberRolePayload> {
    return payload(async () => ({ member: await keep.threads.setRole(actor, threadId, userId, role) }))
  }

  @Mutation(() => RemoveMemberPayload, {
    description: 'Takes somebody out of a thread that you own, or leaves it yourself.',
  })
  removeMember(
    @Arg('input', () => RemoveMemberInput) { threadId, userId }: RemoveMemberInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<RemoveMemberPayload> {
    const removedUserId = userId ?? actor.userId
    return payload(async () => {
      await keep.threads.removeMember(actor, threadId, removedUserId)
      return { removedUserId }
    })
  }

  @Mutation(() => ArchiveThreadPayload, { description: 'Puts a thread away for yourself, or takes it out again.' })
  archiveThread(
    @Arg('input', () => ArchiveThreadInput) { threadId, archived }: ArchiveThreadInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<ArchiveThreadPayload> {
    return payload(async () => {
      await keep.threads.archive(actor, threadId, archived ?? true)
      return { member: await keep.threads.member(actor, threadId, actor.userId) }
    })
  }

  @Mutation(() => MuteThreadPayload, { description: 'Makes a thread quiet for yourself, or lets it be heard again.' })
  muteThread(
    @Arg('input', () => MuteThreadInput) { threadId, muted }: MuteThreadInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<MuteThreadPayload> {
    return payload(async () => {
      await keep.threads.mute(actor, threadId, muted ?? true)
      return { member: await keep.threads.member(actor, threadId, actor.userId) }
    })
  }

  @Direct()
  @FieldResolver(() => UserType, { nullable: true, description: 'The person, when there is a profile.' })
  user(@Root() member: Member, @Ctx() { load }: RequestContext) {
    return load.user.load(member.userId)
  }
}

/** What members add to a thread. */
@Resolver(() => ThreadType)
export class ThreadMembersResolver {
  @FieldResolver(() => MemberConnection, { description: 'Who is in it.' })
  async members(
    @Root() thread: Thread,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<Connection<Member>> {
    return new MemberConnection(await keep.threads.members(actor, thread.id, given(args)), () => thread.memberCount)
  }

  @FieldResolver(() => MemberType, {
    description: 'One person’s place in it. `NOT_FOUND` for those who are not in it.',
  })
  member(
    @Root() thread: Thread,
    @Arg('userId', () => ID, { nullable: true, description: 'The person. Default: you.' }) userId: string | undefined,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<Member> {
    return keep.threads.member(actor, thread.id, userId ?? actor.userId)
  }
}
