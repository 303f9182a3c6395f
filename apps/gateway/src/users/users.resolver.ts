import type { Presence, User, UserCreateResult } from '@threadkeep/core'
import type { Version } from '@threadkeep/core/store'
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql'
import type { RequestContext } from '../pipeline/context.ts'
import type { Connection } from '../schema/connection.ts'
import { Direct, Pure } from '../schema/direct.ts'
import { given } from '../schema/given.ts'
import { nodeIdOf } from '../schema/node.ts'
import { payload } from '../schema/payload.ts'
import {
  BlockUserInput,
  CreateUserInput,
  CreateUsersInput,
  DeactivateUserInput,
  DeleteUserInput,
  HeartbeatInput,
  RestoreUserInput,
  UnblockUserInput,
  UpdateUserInput,
  UsersArgs,
} from './users.args.ts'
import type { CreateUserResult } from './users.payloads.ts'
import {
  BlockUserPayload,
  CreateUserPayload,
  CreateUsersPayload,
  DeactivateUserPayload,
  DeleteUserPayload,
  HeartbeatPayload,
  RestoreUserPayload,
  UnblockUserPayload,
  UpdateUserPayload,
} from './users.payloads.ts'
import { PresenceType, UserConnection, UserType } from './users.types.ts'

/** Users: what the domain says, in GraphQL's words. */
@Resolver(() => UserType)
export class UsersResolver {
  @Query(() => UserType, { nullable: true, description: 'You; null when you have no profile.' })
  viewer(@Ctx() { actor, load }: RequestContext) {
    return load.user.load(actor.userId)
  }

  @Query(() => UserType, {
    nullable: true,
    description: 'One person. `NOT_FOUND` when there is none, or none for you.',
  })
  user(
    @Arg('id', () => ID, { description: 'As the token names the person in `sub`.' }) id: string,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<User> {
    return keep.users.get(actor, id)
  }

  @Query(() => UserConnection, {
    description: 'Whom you can talk to: not yourself, nobody who is deactivated or has blocked you.',
  })
  async users(
    @Args(() => UsersArgs) args: UsersArgs,
    @Ctx() { keep, actor, load }: RequestContext,
  ): Promise<Connection<User>> {
    const page = await keep.users.discover(actor, given(args))
    for (const user of page.items) load.user.prime(user.id, user)
    return new UserConnection(page)
  }

  @Query(() => [ID], { description: 'Everyone you have blocked.' })
  blockedUserIds(@Ctx() { keep, actor }: RequestContext): Promise<readonly string[]> {
    return keep.users.blocked(actor)
  }

  @Query(() => [PresenceType], { description: 'Whether these people are there, in the order asked.' })
  presence(
    @Arg('userIds', () => [ID], { description: 'The people.' }) userIds: string[],
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<readonly Presence[]> {
    return keep.users.presence(actor, userIds)
  }

  @Mutation(() => CreateUserPayload, { description: 'Makes your profile; with the scope `admin`, anyone’s.' })
  createUser(
    @Arg('input', () => CreateUserInput) { id, profile }: CreateUserInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<CreateUserPayload> {
    return payload(async () => ({
      user: await keep.users.create(actor, id ?? actor.userId, given(profile ?? {})),
    }))
  }

  @Mutation(() => CreateUsersPayload, {
    description: 'Makes many profiles; each stands alone. Needs the scope `admin`.',
  })
  createUsers(
    @Arg('input', () => CreateUsersInput) { users }: CreateUsersInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<CreateUsersPayload> {
    const rows = users.map(({ id, profile }) => ({ id, profile: given(profile ?? {}) }))
    return payload(async () => ({ results: (await keep.users.createMany(actor, rows)).map(resultOf) }))
  }

  @Mutation(() => UpdateUserPayload, { description: 'Changes a profile: what the input does not name stays.' })
  updateUser(
    @Arg('input', () => UpdateUserInput) { id, version, ...patch }: UpdateUserInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<UpdateUserPayload> {
    return payload(async () => ({
      user: await keep.users.update(
        actor,
        id ?? actor.userId,
        patch,
        typeof version === 'string' ? { version: version as Version } : {},
      ),
    }))
  }

  @Mutation(() => DeactivateUserPayload, {
    description: 'Lets a person do nothing any more and be found by nobody; what they wrote stays.',
  })
  deactivateUser(
    @Arg('input', () => DeactivateUserInput) { id }: DeactivateUserInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<DeactivateUserPayload> {
    return payload(async () => ({ user: await keep.users.deactivate(actor, id ?? actor.userId) }))
  }

  @Mutation(() => RestoreUserPayload, { description: 'Takes back a deactivation or a soft deletion.' })
  restoreUser(
    @Arg('input', () => RestoreUserInput) { id }: RestoreUserInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<RestoreUserPayload> {
    return payload(async () => ({ user: await keep.users.restore(actor, id ?? actor.userId) }))
  }

  @Mutation(() => DeleteUserPayload, { description: 'Hides a person, or erases their profile for good.' })
  deleteUser(
    @Arg('input', () => DeleteUserInput) { id, ...options }: DeleteUserInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<DeleteUserPayload> {
    const deletedUserId = id ?? actor.userId
    return payload(async () => {
      await keep.users.delete(actor, deletedUserId, given(options))
      return { deletedUserId }
    })
  }

  @Mutation(() => BlockUserPayload, { description: 'You hear nothing more from this person, who does not find you.' })
  blockUser(
    @Arg('input', () => BlockUserInput) { userId }: BlockUserInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<BlockUserPayload> {
    return payload(async () => {
      await keep.users.block(actor, userId)
      return { blockedUserIds: await keep.users.blocked(actor) }
    })
  }

  @Mutation(() => UnblockUserPayload, { description: 'Takes back a block.' })
  unblockUser(
    @Arg('input', () => UnblockUserInput) { userId }: UnblockUserInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<UnblockUserPayload> {
    return payload(async () => {
      await keep.users.unblock(actor, userId)
      return { blockedUserIds: await keep.users.blocked(actor) }
    })
  }

  @Mutation(() => HeartbeatPayload, { description: 'Says that you are there. Repeat it within 60 seconds.' })
  heartbeat(
    @Arg('input', () => HeartbeatInput, { nullable: true }) input: HeartbeatInput | undefined,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<HeartbeatPayload> {
    return payload(async () => ({ presence: await keep.users.heartbeat(actor, input?.status ?? 'online') }))
  }
}

/** What a user shows beside the record. */
@Resolver(() => UserType)
export class UserFieldsResolver {
  @Pure()
  @FieldResolver(() => ID)
  nodeId(@Root() user: User): string {
    return nodeIdOf('User', user.id)
  }

  @Direct()
  @FieldResolver(() => PresenceType, { description: 'Whether this person is there.' })
  presence(@Root() user: User, @Ctx() { load }: RequestContext) {
    return load.presence.load(user.id)
  }
}

function resultOf(row: UserCreateResult): CreateUserResult {
  if (row.ok) return { id: row.id, user: row.user }
  const { id, code, message } = row
  return { id, error: { code, message } }
}
