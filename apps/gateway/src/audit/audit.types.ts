import type { AuditRecord } from '@threadkeep/core'
import type { JsonObject, Millis } from '@threadkeep/core/store'
import { Field, ID, ObjectType } from 'type-graphql'
import { connectionType } from '../schema/connection.ts'
import { DateTime, JSONObject } from '../schema/scalars.ts'

/** One thing that was done with special rights. */
@ObjectType('AuditRecord', {
  simpleResolvers: true,
  description: 'Something that was done with special rights, or to something precious. Never holds content.',
})
export class AuditRecordType {
  @Field(() => ID, { description: 'Unique among records.' })
  id!: string

  @Field(() => DateTime, { description: 'When.' })
  at!: Millis

  @Field(() => ID, { description: 'Who did it.' })
  actorId!: string

  @Field(() => String, { description: 'What: `search.any`, `thread.delete`, `user.delete` …' })
  action!: string

  @Field(() => ID, { nullable: true, description: 'The thread it was done to.' })
  threadId?: string

  @Field(() => ID, { nullable: true, description: 'The person it was done to.' })
  userId?: string

  @Field(() => JSONObject, { description: 'What more there is to know.' })
  details!: JsonObject
}

/** A page of the record. */
export const AuditRecordConnection = connectionType<AuditRecord>('AuditRecord', () => AuditRecordType)
