import type { TableSet } from '@threadkeep/core/store'

/**
 * The tables of the search index. Ids sort as the seconds of creation do, so that FTS5, which walks ids backwards for
 * free, answers the newest first. The words come tokenized:
 * `ascii` splits them at spaces alone and leaves their characters as they are. Short prefixes have an index of their own, because the
 * words that begin with them are very many.
 */
export const searchTables: TableSet = {
  name: 'search',
  migrations: [
    `create table search_documents(
      id integer primary key,
      thread_id text not null,
      message_id text not null,
      seq integer not null,
      author_id text not null,
      role text not null,
      kind text not null,
      created_at integer not null,
      expires_at integer,
      text text not null
    );
    create unique index search_documents_by_key on search_documents(thread_id, message_id);
    create index search_documents_by_author on search_documents(author_id);
    create virtual table search_words using fts5(
      words, extras, content='', contentless_delete=1, prefix='2 3', tokenize="ascii tokenchars '@#.+'"
    );`,
  ],
}

/** How many documents of one second there may be. With it ids stay within what a number holds. */
export const slots = 2 ** 20
const lastSecond = 2 ** 33 - 1

/** The part of an id that is time. Times before 1970 and after 2242 share the first and the last second. */
export function secondOf(createdAt: number): number {
  return Math.min(Math.max(Math.floor(createdAt / 1_000), 0), lastSecond)
}
