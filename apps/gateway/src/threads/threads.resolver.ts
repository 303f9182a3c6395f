import type { NewThread, Retention, Thread, ThreadStatus } from '@threadkeep/core'
import type { Version } from '@threadkeep/core/store'
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql'
import type { RequestContext } from '../pipeline/context.ts'
import type { Connection } from '../schema/connection.ts'
import { Direct, DirectArg, Pure } from '../schema/direct.ts'
import { given } from '../schema/given.ts'
import { nodeIdOf } from '../schema/node.ts'
import { payload } from '../schema/payload.ts'
import { UserType } from '../users/users.types.ts'
import type { RetentionInput } from './threads.args.ts'
import {
  CreateThreadInput,
  DeleteThreadInput,
  ForkThreadInput,
  RestoreThreadInput,
  SetLegalHoldInput,
  SetThreadStatusInput,
  StartDirectThreadInput,
  ThreadsArgs,
  TruncateThreadInput,
  threadFilter,
  UpdateThreadInput,
} from './threads.args.ts'
import {
  CreateThreadPayload,
  DeleteThreadPayload,
  ForkThreadPayload,
  RestoreThreadPayload,
  SetLegalHoldPayload,
  SetThreadStatusPayload,
  StartDirectThreadPayload,
  TruncateThreadPayload,
  UpdateThreadPayload,
} from './threads.payloads.ts'
import { RetentionType, ThreadConnection, ThreadType } from './threads.types.ts'

/** Threads: what the domain says, in GraphQL's words. */
@Resolver(() => ThreadType)
export class ThreadsResolver {
  @DirectArg('id')
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
    @Arg('input', () => CreateThreadInput) input: CreateThreadInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<CreateThreadPayload> {
    return payload(async () => ({ thread: await keep.threads.create(actor, newThread(input)) }))
  }

  @Mutation(() => UpdateThreadPayload, { description: 'Changes a thread: what the input does not name stays.' })
  updateThread(
    @Arg('input', () => UpdateThreadInput) { threadId, version, replace, title, ...patch }: UpdateThreadInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<UpdateThreadPayload> {
    const { metadata, retention } = patch
    return payload(async () => ({
      thread: await keep.threads.update(
        actor,
        threadId,
        {
          ...given({ title }),
          ...(metadata !== undefined && { metadata }),
          ...(retention !== undefined && { retention: retention && readRetention(retention) }),
        },
        given({ version: version as Version | undefined, replace }),
      ),
    }))
  }

  @Mutation(() => SetThreadStatusPayload, { description: 'Opens, locks or closes a thread that you own.' })
  setThreadStatus(
    @Arg('input', () => SetThreadStatusInput) { threadId, status, reason }: SetThreadStatusInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<SetThreadStatusPayload> {
    const wanted = { type: status, ...given({ reason }) } as ThreadStatus
    return payload(async () => ({ thread: await keep.threads.setStatus(actor, threadId, wanted) }))
  }

  @Mutation(() => StartDirectThreadPayload, {
    description: 'The one thread of the two of you; made when there is none.',
  })
  startDirectThread(
    @Arg('input', () => StartDirectThreadInput) { userId }: StartDirectThreadInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<StartDirectThreadPayload> {
    return payload(async () => ({ thread: await keep.threads.direct(actor, userId) }))
  }

  @Mutation(() => ForkThreadPayload, { description: 'A new thread of yours that begins as a copy of this one.' })
  forkThread(
    @Arg('input', () => ForkThreadInput) { threadId, messageId, thread }: ForkThreadInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<ForkThreadPayload> {
    return payload(async () => ({
      thread: await keep.threads.fork(actor, threadId, messageId, thread ? newThread(thread) : undefined),
    }))
  }

  @Mutation(() => TruncateThreadPayload, { description: 'Removes every message after one, for good.' })
  truncateThread(
    @Arg('input', () => TruncateThreadInput) { threadId, messageId, inclusive }: TruncateThreadInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<TruncateThreadPayload> {
    return payload(async () => ({
      removedCount: await keep.threads.truncate(actor, threadId, messageId, given({ inclusive })),
      thread: await keep.threads.get(actor, threadId),
    }))
  }

  @Mutation(() => DeleteThreadPayload, {
    description: 'Hides a thread that you own at once; after some days it is gone.',
  })
  deleteThread(
    @Arg('input', () => DeleteThreadInput) { threadId, immediate }: DeleteThreadInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<DeleteThreadPayload> {
    return payload(async () => {
      await keep.threads.delete(actor, threadId, given({ immediate }))
      return { deletedThreadId: threadId }
    })
  }

  @Mutation(() => RestoreThreadPayload, { description: 'Brings a deleted thread back, while it can be.' })
  restoreThread(
    @Arg('input', () => RestoreThreadInput) { threadId }: RestoreThreadInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<RestoreThreadPayload> {
    return payload(async () => ({ thread: await keep.threads.restore(actor, threadId) }))
  }

  @Mutation(() => SetLegalHoldPayload, { description: 'Makes a thread keep everything. Needs the scope `admin`.' })
  setLegalHold(
    @Arg('input', () => SetLegalHoldInput) { threadId, held }: SetLegalHoldInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<SetLegalHoldPayload> {
    return payload(async () => ({ thread: await keep.threads.setLegalHold(actor, threadId, held) }))
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

  @Direct()
  @FieldResolver(() => UserType, { nullable: true, description: 'The owner, when there is a profile.' })
  owner(@Root() thread: Thread, @Ctx() { load }: RequestContext) {
    return load.user.load(thread.ownerId)
  }
}

function newThread({ returnExisting, retention, members, ...rest }: CreateThreadInput): NewThread {
  return {
    ...given(rest),
    ...(returnExisting && { ifExists: 'return' }),
    ...(retention && { retention: readRetention(retention) }),
    ...(members && { members: members.map(given) }),
  }
}

function readRetention({ maxAgeSeconds, maxMessages }: RetentionInput): Retention {
  return given({
    maxAge: typeof maxAgeSeconds === 'number' ? maxAgeSeconds * 1000 : undefined,
    maxMessages,
  })
}
