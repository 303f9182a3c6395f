import type { LiveItem, SubscribeOptions, Thread } from '@threadkeep/core'
import { Arg, Ctx, FieldResolver, ID, Resolver, Root, Subscription } from 'type-graphql'
import type { RequestContext } from '../pipeline/context.ts'
import { Direct, Pure } from '../schema/direct.ts'
import { Cursor } from '../schema/scalars.ts'
import { ThreadType } from '../threads/threads.types.ts'
import type { LiveView } from './live.types.ts'
import { LiveEventType, liveView } from './live.types.ts'

/** What a subscription hands to its resolver as the root. */
interface Source {
  readonly args: { readonly threadId?: string; readonly after?: string | null }
  readonly context: RequestContext
}

const after = {
  nullable: true,
  description:
    'A cursor of an earlier event, or of `sendMessage`. Default: what comes from now on, after a `StartEvent` that says where that is.',
}

/** Live updates: what the domain tells, in GraphQL's words. */
@Resolver()
export class LiveResolver {
  @Pure()
  @Subscription(() => LiveEventType, {
    description:
      'What happens in one thread, in its order, from the cursor on: without gap, without duplicate. Ends when you lose the thread.',
    subscribe: ({ args, context }: Source) => context.keep.live.thread(context.actor, args.threadId!, position(args)),
  })
  threadEvents(
    @Root() item: LiveItem,
    @Arg('threadId', () => ID, { description: 'The thread.' }) _threadId: string,
    @Arg('after', () => Cursor, after) _after?: string,
  ): LiveView {
    return liveView(item)
  }

  @Pure()
  @Subscription(() => LiveEventType, {
    description: 'What happens in all of your threads, in order within each thread.',
    subscribe: ({ args, context }: Source) => context.keep.live.viewer(context.actor, position(args)),
  })
  viewerEvents(@Root() item: LiveItem, @Arg('after', () => Cursor, after) _after?: string): LiveView {
    return liveView(item)
  }
}

/** What live updates add to a thread. */
@Resolver(() => ThreadType)
export class ThreadLiveResolver {
  @Direct()
  @FieldResolver(() => Cursor, {
    description: 'Right after everything that has happened in it: `threadEvents(after: …)` goes on from here.',
  })
  cursor(@Root() thread: Thread, @Ctx() { keep }: RequestContext): Promise<string> {
    return keep.live.cursorAt(thread.id, thread.eventSeq)
  }
}

function position({ after }: Source['args']): SubscribeOptions {
  return typeof after === 'string' ? { after } : { tellStart: true }
}
