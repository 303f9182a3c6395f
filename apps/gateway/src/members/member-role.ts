import type { MemberRole } from '@threadkeep/core'
import { registerEnumType } from 'type-graphql'
import { enumOf } from '../schema/enum-of.ts'

/** What a member may do: each role includes those before it. */
export const MemberRoleEnum = enumOf<MemberRole>('viewer', 'member', 'editor', 'owner')
registerEnumType(MemberRoleEnum, {
  name: 'MemberRole',
  description: 'What a member may do. Each role includes those before it.',
  valuesConfig: {
    VIEWER: { description: 'Reads.' },
    MEMBER: { description: 'Writes messages, changes and deletes its own.' },
    EDITOR: { description: 'Changes the thread and any message, and writes as others.' },
    OWNER: { description: 'Manages members, status and the life of the thread.' },
  },
})
