import type { Member, Retention, Thread } from '@threadkeep/core'
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql'
import type { RequestContext } from '../pipeline/context.ts'
import type { Connection } from '../schema/connection.ts'
import { given } from '../schema/given.ts'
import { nodeIdOf } from '../schema/node.ts'
import { PageArgs } from '../schema/page-args.ts'
import { payload } from '../schema/payload.ts'
import { Pure } from '../schema/pure.ts'
import { UserType } from '../users/users.types.ts'
import type { RetentionInput } from './threads.args.ts'
import { CreateThreadInput, ThreadsArgs, threadFilter } from './threads.args.ts'
import { CreateThreadPayload } from './threads.payloads.ts'
import { MemberConnection, MemberType, RetentionType, ThreadConnection, ThreadType } from './threads.types.ts'

/** Threads: what the domain says, in GraphQL's words. */
@Resolver(() => ThreadType)
export class ThreadsResolver {
  @Query(() => ThreadType, { nullable: true, description: 'One thread that you are in. `NOT_FOUND` for any other.' })
  thread(
    @Arg('id', () => ID, { description: 'The id of the thread.' }) id: string,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<Thread> {
    return keep.threads.get(actor, id)
  }

  @Query(() => ThreadConnection, { description: 'The threads that you are in, newest activity first by default.' })
  async threads(
    @Args(() => ThreadsArgs) { filter, ...args }: ThreadsArgs,
    @Ctx() { keep, actor, load }: RequestContext,
  ): Promise<Connection<Thread>> {
    const query = { ...given(args), ...(filter && { filter: threadFilter(given(filter)) }) }
    const page = await keep.threads.list(actor, query)
    for (const thread of page.items) load.thread.prime(thread.id, thread)
    return new ThreadConnection(page)
  }

  @Mutation(() => CreateThreadPayload, { description: 'Makes a thread that you own.' })
  createThread(
    @Arg('input', () => CreateThreadInput) { returnExisting, retention, members, ...rest }: CreateThreadInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<CreateThreadPayload> {
    return payload(async () => ({
      thread: await keep.threads.create(actor, {
        ...given(rest),
        ...(returnExisting && { ifExists: 'return' }),
        ...(retention && { retention: readRetention(retention) }),
        ...(members && { members: members.map(given) }),
      }),
    }))
  }

  @Pure()
  @FieldResolver(() => ID)
  nodeId(@Root() thread: Thread): string {
    return nodeIdOf('Thread', thread.id)
  }

  @Pure()
  @FieldResolver(() => RetentionType, { nullable: true, description: 'What leaves it by itself.' })
  retention(@Root() { retention }: Thread): RetentionType | undefined {
    if (!retention) return undefined
    const { maxAge, maxMessages } = retention
    return given({ maxAgeSeconds: maxAge === undefined ? undefined : maxAge / 1000, maxMessages })
  }

  @Pure()
  @FieldResolver(() => Boolean, { description: 'Whether it must keep everything for now.' })
  legalHold(@Root() thread: Thread): boolean {
    return thread.legalHold === true
  }

  @Pure()
  @FieldResolver(() => ID, { nullable: true })
  forkedFromThreadId(@Root() thread: Thread): string | undefined {
    return thread.forkedFrom?.threadId
  }

  @Pure()
  @FieldResolver(() => ID, { nullable: true })
  forkedFromMessageId(@Root() thread: Thread): string | undefined {
    return thread.forkedFrom?.messageId
  }

  @FieldResolver(() => UserType, { nullable: true, description: 'The owner, when there is a profile.' })
  owner(@Root() thread: Thread, @Ctx() { load }: RequestContext) {
    return load.user.load(thread.ownerId)
  }

  @FieldResolver(() => MemberConnection, { description: 'Who is in it.' })
  async members(
    @Root() thread: Thread,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<Connection<Member>> {
    return new MemberConnection(await keep.threads.members(actor, thread.id, given(args)), () => thread.memberCount)
  }
}

/** What a member shows beside its record. */
@Resolver(() => MemberType)
export class MembersResolver {
  @FieldResolver(() => UserType, { nullable: true, description: 'The person, when there is a profile.' })
  user(@Root() member: Member, @Ctx() { load }: RequestContext) {
    return load.user.load(member.userId)
  }
}

/** A retention as the domain takes it. */
export function readRetention({ maxAgeSeconds, maxMessages }: RetentionInput): Retention {
  return given({
    maxAge: typeof maxAgeSeconds === 'number' ? maxAgeSeconds * 1000 : undefined,
    maxMessages,
  })
}
