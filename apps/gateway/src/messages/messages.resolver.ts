import type { ContentPart, Message, NewMessage, Thread } from '@threadkeep/core'
import { ThreadkeepError } from '@threadkeep/core/store'
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql'
import type { RequestContext } from '../pipeline/context.ts'
import type { Connection } from '../schema/connection.ts'
import { given } from '../schema/given.ts'
import { nodeIdOf } from '../schema/node.ts'
import { payload } from '../schema/payload.ts'
import { Pure } from '../schema/pure.ts'
import { JSONObject } from '../schema/scalars.ts'
import { ThreadType } from '../threads/threads.types.ts'
import { UserType } from '../users/users.types.ts'
import { MessagesArgs, SendMessageInput } from './messages.args.ts'
import { SendMessagePayload } from './messages.payloads.ts'
import { MessageConnection, MessageType } from './messages.types.ts'

/** Messages: what the domain says, in GraphQL's words. */
@Resolver(() => MessageType)
export class MessagesResolver {
  @Query(() => MessageType, { nullable: true, description: 'One message of a thread that you are in.' })
  message(
    @Arg('threadId', () => ID, { description: 'The thread it stands in.' }) threadId: string,
    @Arg('id', () => ID, { description: 'The id of the message.' }) id: string,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<Message> {
    return keep.messages.get(actor, threadId, id)
  }

  @Mutation(() => SendMessagePayload, {
    description: 'Says something in a thread. Repeat it safely with the same `clientId`.',
  })
  sendMessage(
    @Arg('input', () => SendMessageInput) { threadId, ...input }: SendMessageInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<SendMessagePayload> {
    return payload(async () => {
      const { eventSeq, ...result } = await keep.messages.append(actor, threadId, readMessage(input))
      return { ...result, cursor: await keep.live.cursorAt(threadId, eventSeq) }
    })
  }

  @Pure()
  @FieldResolver(() => ID)
  nodeId(@Root() message: Message): string {
    return nodeIdOf('Message', message.threadId, message.id)
  }

  @Pure()
  @FieldResolver(() => String, {
    nullable: true,
    description: 'The text; the text parts as lines, where there are parts.',
  })
  content(@Root() { content }: Message): string | undefined {
    return typeof content === 'object' ? content.flatMap(textOfPart).join('\n') : content
  }

  @Pure()
  @FieldResolver(() => [JSONObject], { nullable: true, description: 'The parts in order; a plain text is one part.' })
  parts(@Root() { content }: Message): readonly ContentPart[] | undefined {
    return typeof content === 'string' ? [{ type: 'text', text: content }] : content
  }

  @Pure()
  @FieldResolver(() => [ID])
  attachmentIds(@Root() message: Message): readonly string[] {
    return message.attachments
  }

  @FieldResolver(() => UserType, { nullable: true, description: 'Who speaks, when there is a profile.' })
  author(@Root() message: Message, @Ctx() { load }: RequestContext) {
    return load.user.load(message.authorId)
  }

  @FieldResolver(() => ThreadType, { nullable: true, description: 'The thread it stands in.' })
  thread(@Root() message: Message, @Ctx() { load }: RequestContext) {
    return load.thread.load(message.threadId)
  }
}

/** What messages add to a thread. */
@Resolver(() => ThreadType)
export class ThreadMessagesResolver {
  @FieldResolver(() => MessageConnection, {
    description: 'What is said in it, oldest first; `last: 50` is the newest page.',
  })
  async messages(
    @Root() thread: Thread,
    @Args(() => MessagesArgs) { filter, ...args }: MessagesArgs,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<Connection<Message>> {
    const page = await keep.messages.page(actor, thread.id, {
      ...given(args),
      ...(filter && { filter: given(filter) }),
    })
    return new MessageConnection(page, () => (filter ? undefined : thread.messageCount))
  }

  @FieldResolver(() => MessageType, { nullable: true, description: 'The newest message that can be read.' })
  lastMessage(@Root() thread: Thread, @Ctx() { load }: RequestContext) {
    return load.lastMessage.load(thread.id)
  }
}

function textOfPart(part: ContentPart): string[] {
  return part.type === 'text' ? [(part as { readonly text: string }).text] : []
}

/** A message as the domain takes it. */
export function readMessage(input: Omit<SendMessageInput, 'threadId'>): NewMessage {
  const { content, parts, attachmentIds, ...rest } = given(input)
  if (content !== undefined && parts !== undefined)
    throw new ThreadkeepError('INVALID_CONTENT', 'Give the content as text or as parts, not both.')
  return {
    ...rest,
    ...(content !== undefined && { content }),
    ...(parts !== undefined && { content: parts }),
    ...(attachmentIds !== undefined && { attachments: attachmentIds }),
  }
}
