// julianday and not unixepoch('subsec'), which older shells do not know.
const now = "(julianday('now') - 2440587.5) * 86400000.0"

/**
 * Views for people: `select * from v_messages where thread_id = '…'` in any SQLite shell. They read the records of the chat domain
 * and show what exists now; nothing in Threadkeep reads them.
 */
export const views = [
  view('v_users', "collection = 'users' and value ->> '$.erased' is null", [
    column('id'),
    column('name'),
    column('email'),
    column('role'),
    column('metadata'),
    time('createdAt', 'created_at'),
    time('updatedAt', 'updated_at'),
    time('deactivatedAt', 'deactivated_at'),
    time('deletedAt', 'deleted_at'),
  ]),
  view('v_threads', "collection = 'threads'", [
    column('id'),
    column('title'),
    column('status.type', 'status'),
    column('status.reason', 'status_reason'),
    column('ownerId', 'owner_id'),
    column('messageCount', 'message_count'),
    column('memberCount', 'member_count'),
    column('metadata'),
    time('createdAt', 'created_at'),
    time('lastActivityAt', 'last_activity_at'),
    time('deletedAt', 'deleted_at'),
  ]),
  view('v_members', within('members'), [
    column('threadId', 'thread_id'),
    column('userId', 'user_id'),
    column('role'),
    column('archived'),
    column('muted'),
    time('joinedAt', 'joined_at'),
  ]),
  view('v_messages', within('messages'), [
    column('threadId', 'thread_id'),
    column('seq'),
    column('id'),
    column('kind'),
    column('role'),
    column('authorId', 'author_id'),
    // A deleted message keeps its content until it is restored or removed, but shows none.
    `case when value ->> '$.deletedAt' is not null then null
      when json_type(value, '$.content') = 'array' then (
        select group_concat(part.value ->> '$.text', char(10)) from json_each(records.value, '$.content') as part
        where part.value ->> '$.type' = 'text')
      else value ->> '$.content' end as text`,
    column('replyTo', 'reply_to'),
    "case when value ->> '$.deletedAt' is null then value ->> '$.metadata' end as metadata",
    time('createdAt', 'created_at'),
    time('editedAt', 'edited_at'),
    time('deletedAt', 'deleted_at'),
    `${timeOf('expires_at')} as expires_at`,
  ]),
  view('v_attachments', "collection = 'attachments'", [
    column('id'),
    column('ownerId', 'owner_id'),
    column('state'),
    column('name'),
    column('mimeType', 'mime_type'),
    column('size'),
    column('threadId', 'thread_id'),
    column('messageId', 'message_id'),
    time('createdAt', 'created_at'),
  ]),
].join('\n')

function view(name: string, where: string, columns: readonly string[]): string {
  return `create view ${name} as select\n  ${columns.join(',\n  ')}\n  from records where ${where} and (expires_at is null or expires_at > ${now});`
}

/** All collections of a kind, as a range of names, so that the primary key finds them. `;` follows `:`. */
function within(kind: string): string {
  return `collection > '${kind}:' and collection < '${kind};'`
}

function column(path: string, name = path): string {
  return `value ->> '$.${path}' as ${name}`
}

function time(path: string, name: string): string {
  return `${timeOf(`value ->> '$.${path}'`)} as ${name}`
}

/** UTC, to the millisecond, as SQLite's date functions read it. */
function timeOf(millis: string): string {
  return `strftime('%Y-%m-%d %H:%M:%f', (${millis}) / 1000.0, 'unixepoch')`
}
