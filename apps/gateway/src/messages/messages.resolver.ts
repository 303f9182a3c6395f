import type { ContentPart, Message, MessageEdit, NewMessage, Thread } from '@threadkeep/core'
import type { Version } from '@threadkeep/core/store'
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql'
import type { RequestContext } from '../pipeline/context.ts'
import type { Connection } from '../schema/connection.ts'
import { Direct, DirectArg, Pure } from '../schema/direct.ts'
import { given } from '../schema/given.ts'
import { nodeIdOf } from '../schema/node.ts'
import { payload } from '../schema/payload.ts'
import { JSONObject } from '../schema/scalars.ts'
import { ThreadType } from '../threads/threads.types.ts'
import { UserType } from '../users/users.types.ts'
import { contentParts, contentText, readContent } from './message-content.ts'
import type { MessageInput } from './messages.args.ts'
import {
  DeleteMessageInput,
  EditHistoryArgs,
  EditMessageInput,
  HistoryArgs,
  MessagesArgs,
  RestoreMessageInput,
  SendMessageInput,
  SendMessagesInput,
} from './messages.args.ts'
import {
  DeleteMessagePayload,
  EditMessagePayload,
  RestoreMessagePayload,
  SendMessagePayload,
  SendMessagesPayload,
} from './messages.payloads.ts'
import { MessageConnection, MessageEditType, MessageType } from './messages.types.ts'

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

  @Query(() => [MessageType], { description: 'The newest messages of all your threads, oldest first.' })
  history(
    @Args(() => HistoryArgs) args: HistoryArgs,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<readonly Message[]> {
    return keep.messages.history(actor, given(args))
  }

  @DirectArg('input')
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

  @Mutation(() => SendMessagesPayload, { description: 'Says several things in a thread, all or nothing.' })
  sendMessages(
    @Arg('input', () => SendMessagesInput) { threadId, messages }: SendMessagesInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<SendMessagesPayload> {
    return payload(async () => {
      const sent = await keep.messages.appendMany(actor, threadId, messages.map(readMessage))
      const last = sent.at(-1)
      return last
        ? { sent: [...sent], thread: last.thread, cursor: await keep.live.cursorAt(threadId, last.eventSeq) }
        : {}
    })
  }

  @Mutation(() => EditMessagePayload, { description: 'Changes a message of yours, or as an editor anyone’s.' })
  editMessage(
    @Arg('input', () => EditMessageInput) { threadId, messageId, version, metadata, ...input }: EditMessageInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<EditMessagePayload> {
    return payload(async () => {
      const patch = { ...readContent(given(input)), ...(metadata !== undefined && { metadata }) }
      const options = given({ version: version as Version | undefined })
      return { message: await keep.messages.edit(actor, threadId, messageId, patch, options) }
    })
  }

  @Mutation(() => DeleteMessagePayload, { description: 'Deletes a message of yours, or as an editor anyone’s.' })
  deleteMessage(
    @Arg('input', () => DeleteMessageInput) { threadId, messageId, mode }: DeleteMessageInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<DeleteMessagePayload> {
    return payload(async () => {
      await keep.messages.delete(actor, threadId, messageId, given({ mode }))
      return { deletedMessageId: messageId }
    })
  }

  @Mutation(() => RestoreMessagePayload, { description: 'Brings a softly deleted message back.' })
  restoreMessage(
    @Arg('input', () => RestoreMessageInput) { threadId, messageId }: RestoreMessageInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<RestoreMessagePayload> {
    return payload(async () => ({ message: await keep.messages.restore(actor, threadId, messageId) }))
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
  content(@Root() message: Message): string | undefined {
    return contentText(message.content)
  }

  @Pure()
  @FieldResolver(() => [JSONObject], { nullable: true, description: 'The parts in order; a plain text is one part.' })
  parts(@Root() message: Message): readonly ContentPart[] | undefined {
    return contentParts(message.content)
  }

  @Direct()
  @FieldResolver(() => [MessageEditType], { description: 'Its earlier states, oldest first.' })
  editHistory(
    @Root() message: Message,
    @Ctx() { keep, actor }: RequestContext,
    @Args(() => EditHistoryArgs) { last, before }: EditHistoryArgs,
  ): Promise<readonly MessageEdit[]> {
    return keep.messages.edits(actor, message.threadId, message.id, { limit: last ?? 10, ...given({ before }) })
  }

  @Pure()
  @FieldResolver(() => [ID])
  attachmentIds(@Root() message: Message): readonly string[] {
    return message.attachments
  }

  @Direct()
  @FieldResolver(() => UserType, { nullable: true, description: 'Who speaks, when there is a profile.' })
  author(@Root() message: Message, @Ctx() { load }: RequestContext) {
    return load.user.load(message.authorId)
  }

  @Direct()
  @FieldResolver(() => ThreadType, { nullable: true, description: 'The thread it stands in.' })
  thread(@Root() message: Message, @Ctx() { load }: RequestContext) {
    return load.thread.load(message.threadId)
  }
}

/** What an earlier state of a message shows beside its record. */
@Resolver(() => MessageEditType)
export class MessageEditsResolver {
  @Pure()
  @FieldResolver(() => String, { nullable: true, description: 'The text it had.' })
  content(@Root() edit: MessageEdit): string | undefined {
    return contentText(edit.content)
  }

  @Pure()
  @FieldResolver(() => [JSONObject], { nullable: true, description: 'The parts it had; a plain text is one part.' })
  parts(@Root() edit: MessageEdit): readonly ContentPart[] | undefined {
    return contentParts(edit.content)
  }
}

/** What messages add to a thread. */
@Resolver(() => ThreadType)
export class ThreadMessagesResolver {
  @Direct()
  @FieldResolver(() => MessageConnection, {
    description: 'What is said in it, oldest first; `last: 50` is the newest page.',
  })
  async messages(
    @Root() thread: Thread,
    @Ctx() { keep, actor, load, asksFor }: RequestContext,
    @Args(() => MessagesArgs) { filter, ...args }: MessagesArgs,
  ): Promise<Connection<Message>> {
    const page = await keep.messages.page(actor, thread.id, {
      ...given(args),
      ...(filter && { filter: given(filter) }),
    })
    if (asksFor('Message.author')) await load.user.loadAhead(page.items.map(({ authorId }) => authorId))
    return new MessageConnection(page, () => (filter ? undefined : thread.messageCount))
  }

  @Direct()
  @FieldResolver(() => MessageType, { nullable: true, description: 'The newest message that can be read.' })
  lastMessage(@Root() thread: Thread, @Ctx() { load }: RequestContext) {
    return load.lastMessage.load(thread.id)
  }
}

/** A message as the domain takes it. */
function readMessage(input: MessageInput): NewMessage {
  const { attachmentIds, ...rest } = given(input)
  return { ...readContent(rest), ...(attachmentIds !== undefined && { attachments: attachmentIds }) }
}
