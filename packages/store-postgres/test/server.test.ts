import type { Version } from '@threadkeep/core/store'
import { canOwn, ownServer, service } from '@threadkeep/test-support/services'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { postgresStore } from '../src/index.ts'

const postgres = await service('postgres')
const at = { collection: 'c', key: 'k' }
const put = { type: 'put', at, value: { n: 1 } } as const

describe.skipIf(!postgres.available)('a database', () => {
  let url: string
  let admin: pg.Client
  beforeEach(async () => {
    url = (await postgres.open()).url
    admin = new pg.Client({ connectionString: url })
    await admin.connect()
  })
  afterEach(() => admin.end())
  const database = () => new URL(url).pathname.slice(1)

  test('is made ready once, however many open it at the same time', async () => {
    const stores = await Promise.all(Array.from({ length: 6 }, () => postgresStore({ url, connections: 2 })))
    const { rows } = await admin.query('select name, number from threadkeep.threadkeep_migrations')
    expect(rows).toEqual([{ name: 'store', number: 1 }])
    await Promise.all(stores.map((store) => store.close()))
  })

  test('that is newer, or was made by another edition, is refused and left as it is', async () => {
    await (await postgresStore({ url })).close()
    await admin.query("insert into threadkeep.threadkeep_migrations values ('store', 2, 'x')")
    await expect(postgresStore({ url })).rejects.toMatchObject({
      code: 'MISCONFIGURED',
      message: expect.stringContaining('newer version'),
    })
    await admin.query('delete from threadkeep.threadkeep_migrations where number = 2')
    await admin.query("update threadkeep.threadkeep_migrations set checksum = 'y'")
    await expect(postgresStore({ url })).rejects.toMatchObject({
      code: 'MISCONFIGURED',
      message: expect.stringContaining('another edition'),
    })
  })

  test('serves a user who may use the tables and not change them', async () => {
    await (await postgresStore({ url })).close()
    await admin.query(`drop role if exists app_user`)
    await admin.query(`create role app_user login`)
    const user = new URL(url)
    user.username = 'app_user'
    await expect(postgresStore({ url: user.href })).rejects.toMatchObject({ code: 'MISCONFIGURED' })
    await admin.query('grant usage on schema threadkeep to app_user')
    await admin.query('grant select on threadkeep.threadkeep_migrations to app_user')
    await admin.query('grant select, insert, update, delete on threadkeep.records to app_user')
    const store = await postgresStore({ url: user.href })
    await store.commit([put])
    expect(await store.list('c', { limit: 1 })).toHaveLength(1)
    expect(await store.sweep(1)).toBe(0)
    await store.close()
    await admin.query('drop owned by app_user')
    await admin.query('drop role app_user')
  })

  test('with another isolation level by default, or not in UTF-8, is refused', async () => {
    await admin.query(`alter database "${database()}" set default_transaction_isolation = 'repeatable read'`)
    await expect(postgresStore({ url })).rejects.toMatchObject({
      code: 'MISCONFIGURED',
      message: expect.stringContaining('read committed'),
    })
    await admin.query(`create database "${database()}_latin" encoding 'LATIN1' locale 'C' template template0`)
    await expect(postgresStore({ url: `${url}_latin` })).rejects.toMatchObject({
      code: 'MISCONFIGURED',
      message: expect.stringContaining('LATIN1'),
    })
  })

  test('is never scanned whole, even by a session that came when it was empty', async () => {
    const scans = async (): Promise<number> => {
      // Statistics of other sessions arrive a second late.
      await new Promise((resolve) => setTimeout(resolve, 1_100))
      await store.commit([put])
      const sql =
        "select seq_scan::int as n from pg_stat_user_tables where schemaname = 'threadkeep' and relname = 'records'"
      return (await admin.query(sql)).rows[0].n
    }
    await using store = await postgresStore({ url, connections: 1 })
    const before = await scans()
    for (let n = 0; n < 8; n++) {
      await store.commit([put, { type: 'delete', at: { collection: 'c', key: 'x' } }])
      await store.get([at])
      await store.list('c', { limit: 1 })
      await store.collections({ limit: 1 })
    }
    const many = Array.from({ length: 5_000 }, (_, n) => {
      const key = String(n).padStart(5, '0')
      return { type: 'put', at: { collection: `c${n % 5}`, key }, value: { n } } as const
    })
    await store.commit(many)
    expect(await store.list('c3', { reverse: true, limit: 50, prefix: '04' })).toHaveLength(50)
    await store.get(many.slice(0, 100).map((change) => change.at))
    expect(await scans()).toBe(before)
  })

  test('holds no version that nobody made, so a check for one does not hold', async () => {
    await using store = await postgresStore({ url })
    await store.commit([put])
    for (const version of ['', 'v', 'a\u0000b']) {
      const check = { type: 'check', at, version: version as Version } as const
      expect(await store.commit([check, { ...put, value: { n: 2 } }])).toEqual({ ok: false, conflict: at })
    }
    expect(await store.get([at])).toMatchObject([{ value: { n: 1 } }])
  })

  test('can be read by people in SQL', async () => {
    await using store = await postgresStore({ url })
    const nul = { type: 'put', at: { collection: 'c', key: 'nul' }, value: { text: 'a\u0000b' } } as const
    await store.commit([{ type: 'put', at, value: { text: 'Hello', n: 7 } }, nul])
    const { rows } = await admin.query(
      "select key, value->>'n' as n from threadkeep.records where position('\\u0000' in value::text) = 0",
    )
    expect(rows).toEqual([{ key: 'k', n: '7' }])
  })
})

describe.skipIf(!postgres.available)('a pool of one’s own', () => {
  test('stays open when the store is closed, and one connection is enough', async () => {
    const { url } = await postgres.open()
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    const store = await postgresStore({ pool })
    const all = await Promise.all([store.commit([put]), store.get([at]), store.list('c', { limit: 1 })])
    expect(all).toHaveLength(3)
    await store.close()
    await expect(store.get([at])).rejects.toMatchObject({ code: 'CLOSED' })
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    await pool.end()
  })

  test('whose sessions use another isolation level is refused before anything is written', async () => {
    const { url } = await postgres.open()
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    await using store = await postgresStore({ pool })
    await pool.query("set default_transaction_isolation = 'serializable'")
    await expect(store.commit([put])).rejects.toMatchObject({ code: 'MISCONFIGURED', maybeCommitted: false })
    await pool.query('reset default_transaction_isolation')
    expect(await store.get([at])).toEqual([undefined])
    await store.close()
    await pool.end()
  })
})

describe.skipIf(!postgres.available)('what PostgreSQL refuses a commit with', () => {
  // By what the caller has to do, as SQLSTATEs of the server.
  const meanings: readonly (readonly [states: readonly string[], meaning: object])[] = [
    [['53100'], { code: 'STORAGE_FULL', retryable: false, maybeCommitted: false }],
    [['54000'], { code: 'TOO_LARGE', retryable: false, maybeCommitted: false }],
    [['25006'], { code: 'READ_ONLY', retryable: false, maybeCommitted: false }],
    [['57014'], { code: 'TIMEOUT', retryable: true, maybeCommitted: false }],
    [['28000', '42501', '42P01'], { code: 'MISCONFIGURED', retryable: false, maybeCommitted: false }],
    [
      ['40001', '40P01', '53200', '55P03', '57P03', '58030'],
      { code: 'UNAVAILABLE', retryable: true, maybeCommitted: false },
    ],
    [['08006', '57P01', '57P02'], { code: 'UNAVAILABLE', retryable: true, maybeCommitted: true }],
    [['XX001', 'XX002'], { code: 'CORRUPT', retryable: false, maybeCommitted: false }],
    [['XX000', '22012'], { code: 'INTERNAL', retryable: false, maybeCommitted: false }],
  ]

  test('reaches its caller as what it means, leaves nothing, and does not touch the other commits of the turn', async () => {
    const { url } = await postgres.open()
    await using store = await postgresStore({ url })
    const admin = new pg.Client({ connectionString: url })
    await admin.connect()
    await admin.query(`create function refuse() returns trigger language plpgsql as $$
      begin raise exception 'refused' using errcode = new.key; end $$`)
    await admin.query(`create trigger refuse before insert on threadkeep.records
      for each row when (new.collection = 'refused') execute function refuse()`)
    for (const [states, meaning] of meanings) {
      for (const state of states) {
        const refused = { type: 'put', at: { collection: 'refused', key: state }, value: {} } as const
        const beside = { type: 'put', at: { collection: 'beside', key: state }, value: {} } as const
        const other = { type: 'put', at: { collection: 'other', key: state }, value: {} } as const
        const [failed, done] = await Promise.allSettled([store.commit([beside, refused]), store.commit([other])])
        expect(failed, state).toMatchObject({ reason: { ...meaning, details: { sqlState: state } } })
        // A commit that may have happened is not sent again, nor are those it was sent with.
        const inDoubt = 'maybeCommitted' in meaning && meaning.maybeCommitted
        expect(done, state).toMatchObject(inDoubt ? { reason: meaning } : { value: { ok: true } })
      }
    }
    expect(await store.list('beside', { limit: 9 })).toEqual([])
    await admin.end()
  })
})

describe.skipIf(!postgres.available)('a call that is given up before it had a connection', () => {
  test('is never sent, and the connection goes to the next one', async () => {
    const { url } = await postgres.open()
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    const store = await postgresStore({ pool })
    const held = await pool.connect()
    const controller = new AbortController()
    const reading = store.get([at], { signal: controller.signal })
    const next = store.get([at])
    controller.abort()
    await expect(reading).rejects.toMatchObject({ code: 'ABORTED' })
    held.release()
    expect(await next).toEqual([undefined])
    await store.close()
    await pool.end()
  })
})

describe('options', () => {
  test('that make no sense are refused, and a server that is not there in good time', async () => {
    const url = 'postgres://postgres@127.0.0.1:1/postgres'
    const pool = new pg.Pool({ connectionString: url })
    for (const options of [
      {},
      { url, pool },
      { url, schema: 'Bad"Name' },
      { url, timeout: 0 },
      { url, connections: 0 },
    ]) {
      await expect(postgresStore(options)).rejects.toMatchObject({ code: 'MISCONFIGURED' })
    }
    await expect(postgresStore({ url, timeout: 300 })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await pool.end()
  })
})

describe.skipIf(!(await canOwn('postgres')))('a server', () => {
  test('that would lose commits at a crash is warned of', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    for (const [off, text] of [
      [['synchronous_commit'], 'has synchronous_commit off'],
      [['fsync', 'synchronous_commit'], 'has fsync and synchronous_commit off'],
    ] as const) {
      await using server = await ownServer('postgres', { args: off.flatMap((name) => ['-c', `${name}=off`]) })
      await using _ = await postgresStore({ url: server.url })
      expect(warn.mock.calls).toEqual([[expect.stringContaining(text), { code: 'THREADKEEP_POSTGRES_NOT_DURABLE' }]])
      warn.mockClear()
    }
    warn.mockRestore()
  })

  test('that is a standby is refused, and a store that was open when it became one can still read', async () => {
    await using server = await ownServer('postgres')
    await using store = await postgresStore({ url: server.url })
    await store.commit([put])
    const admin = new pg.Client({ connectionString: server.url })
    await admin.connect()
    await admin.query(`copy (select 1) to program 'cat > standby.signal'`)
    await admin.end()
    await server.restart()
    await expect(postgresStore({ url: server.url })).rejects.toMatchObject({
      code: 'MISCONFIGURED',
      message: expect.stringContaining('standby'),
    })
    await expect.poll(() => store.get([at]).catch(() => undefined)).toMatchObject([{ value: { n: 1 } }])
    await expect(store.commit([put])).rejects.toMatchObject({ code: 'READ_ONLY', maybeCommitted: false })
  })

  test('that is too old is refused with the version it needs', async () => {
    await using server = await ownServer('postgres')
    const pool = new pg.Pool({ connectionString: server.url, max: 1 })
    // A connection on which the server gives another version of itself.
    const client = await pool.connect()
    await client.query(`create schema old; create function old.current_setting(text) returns text language sql
      as $$ select case $1 when 'server_version' then '12.9' else pg_catalog.current_setting($1) end $$`)
    await client.query('set search_path = old, pg_catalog, public')
    client.release()
    await expect(postgresStore({ pool })).rejects.toMatchObject({
      code: 'MISCONFIGURED',
      message: expect.stringMatching(/12\.9 is too old.*13/),
    })
    await pool.end()
  })
})
