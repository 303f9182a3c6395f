import type { TableSet } from '@threadkeep/core/store'

/**
 * The tables and functions of the search index. `tokens` is what a document is found by; `words` has them in the order of the text,
 * each between spaces, to tell phrases from words apart.
 */
export const searchTables: TableSet = {
  name: 'search',
  migrations: [
    `create table search_documents(
  thread_id text collate "C" not null,
  message_id text collate "C" not null,
  seq bigint not null,
  author_id text collate "C" not null,
  role text collate "C" not null,
  kind text collate "C" not null,
  created_at bigint not null,
  expires_at bigint,
  text text not null,
  words text not null,
  tokens tsvector not null,
  primary key (thread_id, message_id)
);
create index search_documents_by_time on search_documents (created_at, message_id, thread_id);
create index search_documents_by_author on search_documents (author_id);
create index search_documents_by_token on search_documents using gin (tokens);

create function apply_search(
  cleared text[], gone_threads text[], gone_messages text[],
  threads text[], messages text[], seqs bigint[], authors text[], roles text[], kinds text[],
  times bigint[], expiries bigint[], texts text[], word_texts text[], extra_texts text[]
) returns void language plpgsql set search_path from current as $$
begin
  delete from search_documents where thread_id = any(cleared);
  delete from search_documents d using unnest(gone_threads, gone_messages) g(thread_id, message_id)
    where d.thread_id = g.thread_id and d.message_id = g.message_id;
  insert into search_documents as d
    select p.thread_id, p.message_id, p.seq, p.author_id, p.role, p.kind, p.created_at, p.expires_at, p.text, p.words,
      array_to_tsvector(array_remove(string_to_array(p.words || p.extras, ' '), ''))
    from unnest(threads, messages, seqs, authors, roles, kinds, times, expiries, texts, word_texts, extra_texts)
      p(thread_id, message_id, seq, author_id, role, kind, created_at, expires_at, text, words, extras)
  on conflict (thread_id, message_id) do update
    set (seq, author_id, role, kind, created_at, expires_at, text, words, tokens) = (excluded.seq, excluded.author_id,
      excluded.role, excluded.kind, excluded.created_at, excluded.expires_at, excluded.text, excluded.words, excluded.tokens)
    -- A replay of what is filed already writes nothing.
    where (d.seq, d.author_id, d.role, d.kind, d.created_at, d.expires_at, d.text) is distinct from (excluded.seq,
      excluded.author_id, excluded.role, excluded.kind, excluded.created_at, excluded.expires_at, excluded.text);
end $$`,
  ],
}
