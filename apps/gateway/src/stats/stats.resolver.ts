import type { DayCount, SystemStats, Thread, ThreadStats, UserStats } from '@threadkeep/core'
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql'
import type { RequestContext } from '../pipeline/context.ts'
import { Direct } from '../schema/direct.ts'
import { given } from '../schema/given.ts'
import { payload } from '../schema/payload.ts'
import { ThreadType } from '../threads/threads.types.ts'
import { MessagesPerDayArgs, ReconcileStatsInput } from './stats.args.ts'
import { ReconcileStatsPayload } from './stats.payloads.ts'
import { DayCountType, SystemStatsType, ThreadStatsType, UserStatsType } from './stats.types.ts'

/** Statistics: what the domain says, in GraphQL's words. */
@Resolver()
export class StatsResolver {
  @Query(() => UserStatsType, { description: 'Your counts; with the scope `stats:system`, anyone’s.' })
  userStats(
    @Arg('userId', () => ID, { nullable: true, description: 'Default: you.' }) userId: string | undefined,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<UserStats> {
    return keep.stats.user(actor, userId ?? actor.userId)
  }

  @Query(() => ThreadStatsType, { description: 'Counts of a thread that you are in.' })
  threadStats(
    @Arg('threadId', () => ID, { description: 'The thread.' }) threadId: string,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<ThreadStats> {
    return keep.stats.thread(actor, threadId)
  }

  @Query(() => SystemStatsType, { description: 'Counts of everything. Needs the scope `stats:system`.' })
  systemStats(@Ctx() { keep, actor }: RequestContext): Promise<SystemStats> {
    return keep.stats.system(actor)
  }

  @Query(() => [DayCountType], {
    description: 'Messages of each day in UTC, oldest first; days without are there too.',
  })
  messagesPerDay(
    @Args(() => MessagesPerDayArgs) { threadId, from, to }: MessagesPerDayArgs,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<readonly DayCount[]> {
    return keep.stats.perDay(actor, { ...given({ threadId }), from, to })
  }

  @Mutation(() => ReconcileStatsPayload, { description: 'Recounts everything. Needs the scope `admin`.' })
  reconcileStats(
    @Arg('input', () => ReconcileStatsInput) input: ReconcileStatsInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<ReconcileStatsPayload> {
    return payload(async () => ({ drifts: await keep.stats.reconcile(actor, given(input)) }))
  }
}

/** What statistics add to a thread. */
@Resolver(() => ThreadType)
export class ThreadStatsResolver {
  @Direct()
  @FieldResolver(() => ThreadStatsType, { nullable: true, description: 'Its counts.' })
  stats(@Root() thread: Thread, @Ctx() { load }: RequestContext) {
    return load.threadStats.load(thread.id)
  }
}
