import type { Message, SearchResult } from '@threadkeep/core'
import type { Millis } from '@threadkeep/core/store'
import { Field, Float, ID, Int, ObjectType } from 'type-graphql'
import { MessageType } from '../messages/messages.types.ts'
import { Cursor, DateTime } from '../schema/scalars.ts'

/** What to mark in a text. */
@ObjectType({ simpleResolvers: true, description: 'A stretch of a text, in UTF-16 units as JavaScript counts them.' })
export class Highlight {
  @Field(() => Int, { description: 'Where it begins.' })
  start!: number

  @Field(() => Int, { description: 'Where it has ended.' })
  end!: number
}

/** One message that was found. */
@ObjectType('SearchResult', { simpleResolvers: true, description: 'A message that was found.' })
export class SearchResultType {
  @Field(() => MessageType, { description: 'The message.' })
  message!: Message

  @Field(() => ID, { description: 'The thread it stands in.' })
  threadId!: string

  @Field(() => Float, { description: 'From 0 to 1: the same on every backend, whatever else is stored.' })
  relevanceScore!: number

  @Field(() => String, { description: 'The text that was searched.' })
  text!: string

  @Field(() => [Highlight], { description: 'What to mark in `text`, in order.' })
  highlights!: Highlight[]

  @Field(() => [MessageType], { description: 'As many messages before it as `context` asked for, oldest first.' })
  before!: Message[]

  @Field(() => [MessageType], { description: 'As many messages after it.' })
  after!: Message[]
}

/** A page of what was found. */
@ObjectType('SearchConnection', {
  simpleResolvers: true,
  description: 'A page of what was found, most relevant first.',
})
export class SearchConnectionType {
  @Field(() => [SearchResultType], { description: 'What was found.' })
  nodes!: readonly SearchResult[]

  @Field(() => Cursor, { nullable: true, description: 'Pass it as `after` for more; null when there is no more.' })
  nextCursor?: string

  @Field(() => DateTime, {
    nullable: true,
    description: 'Messages kept after this moment may not be found yet; null when nothing is waiting.',
  })
  indexedThrough?: Millis
}
