import type { Attachment, Message } from '@threadkeep/core'
import { Arg, Ctx, FieldResolver, Float, ID, Mutation, Query, Resolver, Root } from 'type-graphql'
import { MessageType } from '../messages/messages.types.ts'
import type { RequestContext } from '../pipeline/context.ts'
import { Direct, Pure } from '../schema/direct.ts'
import { given } from '../schema/given.ts'
import { nodeIdOf } from '../schema/node.ts'
import { payload } from '../schema/payload.ts'
import {
  CompleteAttachmentInput,
  CreateAttachmentInput,
  DeleteAttachmentInput,
  UpdateAttachmentInput,
} from './attachments.args.ts'
import {
  CompleteAttachmentPayload,
  CreateAttachmentPayload,
  DeleteAttachmentPayload,
  UpdateAttachmentPayload,
} from './attachments.payloads.ts'
import { AttachmentType, Download } from './attachments.types.ts'
import { downloadPath, uploadPath } from './paths.ts'

/** Attachments: what the domain says, in GraphQL's words. The bytes go over plain HTTP. */
@Resolver(() => AttachmentType)
export class AttachmentsResolver {
  @Query(() => AttachmentType, {
    nullable: true,
    description: 'One attachment that is yours, or of a thread of yours.',
  })
  attachment(
    @Arg('id', () => ID, { description: 'The id of the attachment.' }) id: string,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<Attachment> {
    return keep.attachments.get(actor, id)
  }

  @Mutation(() => CreateAttachmentPayload, { description: 'Step one of an upload: the record. Then PUT the bytes.' })
  createAttachment(
    @Arg('input', () => CreateAttachmentInput) input: CreateAttachmentInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<CreateAttachmentPayload> {
    return payload(async () => {
      const attachment = await keep.attachments.create(actor, given(input))
      return { attachment, ...(!attachment.external && { uploadPath: uploadPath(attachment.id) }) }
    })
  }

  @Mutation(() => CompleteAttachmentPayload, {
    description: 'The last step of an upload: compares the bytes with what was declared. Repeating it is fine.',
  })
  completeAttachment(
    @Arg('input', () => CompleteAttachmentInput) { id, ...declared }: CompleteAttachmentInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<CompleteAttachmentPayload> {
    return payload(async () => ({ attachment: await keep.attachments.complete(actor, id, given(declared)) }))
  }

  @Mutation(() => UpdateAttachmentPayload, { description: 'Changes the name or the metadata of your own attachment.' })
  updateAttachment(
    @Arg('input', () => UpdateAttachmentInput) { id, ...patch }: UpdateAttachmentInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<UpdateAttachmentPayload> {
    return payload(async () => ({ attachment: await keep.attachments.update(actor, id, given(patch)) }))
  }

  @Mutation(() => DeleteAttachmentPayload, {
    description: 'Removes your own attachment that no message carries; an editor removes those of the thread.',
  })
  deleteAttachment(
    @Arg('input', () => DeleteAttachmentInput) { id }: DeleteAttachmentInput,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<DeleteAttachmentPayload> {
    return payload(async () => {
      await keep.attachments.delete(actor, id)
      return { deletedAttachmentId: id }
    })
  }

  @Pure()
  @FieldResolver(() => ID)
  nodeId(@Root() attachment: Attachment): string {
    return nodeIdOf('Attachment', attachment.id)
  }

  @Pure()
  @FieldResolver(() => Boolean, { description: 'Whether its bytes are kept elsewhere.' })
  external(@Root() attachment: Attachment): boolean {
    return attachment.external === true
  }

  @FieldResolver(() => Download, { description: 'Where its bytes can be read for a short time.' })
  async download(
    @Root() attachment: Attachment,
    @Arg('ttl', () => Float, { nullable: true, description: 'Seconds. Default: 5 minutes.' }) ttl: number | undefined,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<Download> {
    const { token, expiresAt } = await keep.attachments.ticket(actor, attachment.id, given({ ttl }))
    return { path: downloadPath(token), expiresAt }
  }
}

/** What attachments add to a message. */
@Resolver(() => MessageType)
export class MessageAttachmentsResolver {
  @Direct()
  @FieldResolver(() => [AttachmentType], {
    description: 'The attachments it carries; those that are gone are left out.',
  })
  async attachments(@Root() message: Message, @Ctx() { load }: RequestContext): Promise<readonly Attachment[]> {
    const found = await Promise.all(message.attachments.map((id) => load.attachment.load(id)))
    return found.filter((attachment) => attachment !== undefined)
  }
}
