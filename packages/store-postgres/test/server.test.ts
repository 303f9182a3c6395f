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
    await using server = await ownServer('postgres', { args: ['-c', 'synchronous_commit=off'] })
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    await using _ = await postgresStore({ url: server.url })
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining('synchronous_commit off'), { code: 'THREADKEEP_POSTGRES_NOT_DURABLE' }],
    ])
    warn.mockRestore()
  })
})
