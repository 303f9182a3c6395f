import type { Entry, Range, TableSet, Version } from '@threadkeep/core/store'
import { parseValue, rangeBounds } from '@threadkeep/core/store'

/*
 * Names are compared by their bytes (collate "C"), which is the contract's order. A value is kept as `json`, not `jsonb`: the
 * text comes back as it went in, NUL characters included, which `jsonb` refuses; and writing it costs less.
 *
 * Each verb is a function, so that it is one round trip and its plan is made once in a session. The settings forbid plans that
 * suit a small table and ruin a large one, since a session may have planned while the table was small.
 */

const settings = (stable: boolean): string => `language plpgsql ${stable ? 'stable' : 'volatile'}
  set search_path from current
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off`

/** Above this many addresses a commit takes the store for itself, rather than a lock for each. */
export const mostLocks = 1_000

/** The tables and functions of the store. */
export const storeTables: TableSet = {
  name: 'store',
  migrations: [
    `create table records(
  collection text collate "C" not null,
  key text collate "C" not null,
  value json not null,
  version text not null,
  expires_at bigint,
  primary key (collection, key)
);
create index records_by_expiry on records (expires_at) where expires_at is not null;

create function get_records(collections text[], keys text[], moment bigint)
returns table(place bigint, value_text text, version_text text, expiry bigint)
${settings(true)} as $$
begin
  return query
    select a.place, r.value::text, r.version, r.expires_at
    from unnest(collections, keys) with ordinality a(collection, key, place)
    join records r on r.collection = a.collection and r.key = a.key
    where r.expires_at is null or r.expires_at > moment;
end $$;

-- From low to below high. Text has no character before chr(1), so "after x" is "from x || chr(1)".
create function list_records(of_collection text, low text, high text, backwards boolean, moment bigint, most int)
returns table(record_key text, value_text text, version_text text, expiry bigint)
${settings(true)} set enable_sort = off as $$
begin
  if backwards then
    return query
      select r.key, r.value::text, r.version, r.expires_at from records r
      where r.collection = of_collection and r.key >= low and r.key < high
        and (r.expires_at is null or r.expires_at > moment)
      order by r.key desc limit most;
  else
    return query
      select r.key, r.value::text, r.version, r.expires_at from records r
      where r.collection = of_collection and r.key >= low and r.key < high
        and (r.expires_at is null or r.expires_at > moment)
      order by r.key limit most;
  end if;
end $$;

create function list_collections(low text, high text, moment bigint, most int)
returns setof text
${settings(true)} set enable_sort = off as $$
declare
  bound text := low;
  name text;
begin
  for n in 1..most loop
    select r.collection into name from records r
      where r.collection >= bound and r.collection < high and (r.expires_at is null or r.expires_at > moment)
      order by r.collection, r.key limit 1;
    exit when not found;
    return next name;
    bound := name || chr(1);
  end loop;
end $$;

-- Several commits of which none touches what another one writes. Answers the places of the first failing check of each
-- commit that did not happen. Every address is locked first, for others that check it too or for nobody, in one order for all:
-- so a commit is serialisable also with respect to records that it only checks, or that do not exist. Each statement of a
-- function sees what had been committed when it began, so the checks see all that was committed before the locks were had.
create function commit_records(
  moment bigint, versions text[],
  check_commits int[], check_collections text[], check_keys text[], check_versions text[],
  write_commits int[], write_collections text[], write_keys text[], write_values text[], write_expiries bigint[],
  alone boolean, deletes boolean
) returns bigint[]
${settings(false)} as $$
declare
  failed bigint[] := '{}';
  failed_commits int[] := '{}';
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'the transaction isolation is %', current_setting('transaction_isolation') using errcode = 'TK001';
  end if;
  if alone then
    perform pg_advisory_xact_lock(hashtextextended(current_schema(), 1));
  else
    perform pg_advisory_xact_lock_shared(hashtextextended(current_schema(), 1));
    perform case when locks.exclusive then pg_advisory_xact_lock(locks.id) else pg_advisory_xact_lock_shared(locks.id) end
      from (
        select a.id, bool_or(a.writes) as exclusive from (
          select hashtextextended(c || chr(1) || k, 0) as id, false as writes from unnest(check_collections, check_keys) a(c, k)
          union all
          select hashtextextended(c || chr(1) || k, 0), true from unnest(write_collections, write_keys) a(c, k)
        ) a group by a.id order by a.id
      ) locks;
  end if;
  if cardinality(check_commits) > 0 then
    select coalesce(array_agg(f.place), '{}'), coalesce(array_agg(f.commit), '{}') into failed, failed_commits from (
      select a.commit, min(a.place) as place
      from unnest(check_commits, check_collections, check_keys, check_versions)
        with ordinality a(commit, collection, key, version, place)
      left join records r on r.collection = a.collection and r.key = a.key
        and (r.expires_at is null or r.expires_at > moment)
      where r.version is distinct from a.version
      group by a.commit
    ) f;
  end if;
  if deletes then
    delete from records r
      using unnest(write_commits, write_collections, write_keys, write_values) w(commit, collection, key, value)
      where w.value is null and w.commit <> all (failed_commits) and r.collection = w.collection and r.key = w.key;
  end if;
  insert into records as r
    select w.collection, w.key, w.value::json, versions[w.commit], w.expiry
    from unnest(write_commits, write_collections, write_keys, write_values, write_expiries)
      w(commit, collection, key, value, expiry)
    where w.value is not null and w.commit <> all (failed_commits)
    on conflict (collection, key) do update
      set value = excluded.value, version = excluded.version, expires_at = excluded.expires_at;
  return failed;
end $$;

create function sweep_records(moment bigint, most int) returns bigint
${settings(false)} as $$
declare
  removed bigint;
begin
  with dead as (
    select r.collection, r.key from records r where r.expires_at <= moment
    order by r.expires_at limit most for update skip locked
  )
  delete from records r using dead where r.collection = dead.collection and r.key = dead.key;
  get diagnostics removed = row_count;
  return removed;
end $$;`,
  ],
}

/** Statements by verb. `schema` is a quoted name. */
export const statements = (schema: string) => ({
  get: `select place, value_text, version_text, expiry from ${schema}.get_records($1, $2, $3)`,
  list: `select record_key, value_text, version_text, expiry from ${schema}.list_records($1, $2, $3, $4, $5, $6)`,
  collections: `select * from ${schema}.list_collections($1, $2, $3, $4)`,
  commit: `select ${schema}.commit_records($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
  sweep: `select ${schema}.sweep_records($1, $2)`,
})

/** A record as text, as the driver answers it: key or place, value, version, expiry. */
export type Row = [string, string, string, string | null]

/** The entry in a row. */
export function toEntry([, text, version, expiry]: Row, collection: string, key: string): Entry {
  const value = parseValue(text, collection, key)
  const entry = { collection, key, value, version: version as Version }
  return expiry === null ? entry : { ...entry, expiresAt: Number(expiry) }
}

// Longer than any name and made of the last character there is: every name comes before it.
const beyond = '\u{10ffff}'.repeat(129)

/** The bounds of a range: from the first, below the second. */
export function textBounds(range: Omit<Range, 'limit'>): readonly [string, string] {
  const { lower, upper } = rangeBounds(range)
  const low = lower === undefined ? '' : lower.inclusive ? lower.key : `${lower.key}\u0001`
  return [low, upper ?? beyond]
}
