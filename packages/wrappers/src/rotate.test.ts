import type { Change, JsonObject, Store } from '@threadkeep/core'
import { forward, manualClock, memoryStore, scan, stack } from '@threadkeep/core'
import { describe, expect, test } from 'vitest'
import { generateKey } from './encryption/keys.ts'
import type { EncryptionOptions } from './encryption/record-cipher.ts'
import type { RotateProgress } from './rotate.ts'
import { rotate } from './rotate.ts'
import { withEncryption } from './with-encryption.ts'

const [k1, k2, f1, f2] = [generateKey(), generateKey(), generateKey(), generateKey()]
const before = { keys: { k1 } }
const between = { keys: { k1, k2 }, current: 'k2' }
const after = { keys: { k2 } }

const put = (collection: string, key: string, value: JsonObject): Change => ({
  type: 'put',
  at: { collection, key },
  value,
})
const through = (base: Store, options: EncryptionOptions) => stack(base, [withEncryption(options)])

async function filled(count = 25, options: EncryptionOptions = before) {
  const base = memoryStore()
  const changes: Change[] = []
  for (const collection of ['a', 'b', 'c']) {
    for (let n = 0; n < count; n++) changes.push(put(collection, `k${String(n).padStart(3, '0')}`, { n }))
  }
  await through(base, options).commit(changes)
  return base
}

async function readAll(base: Store, options: EncryptionOptions): Promise<number> {
  const store = through(base, options)
  let count = 0
  for (const collection of ['a', 'b', 'c']) {
    for await (const entry of scan(store, collection)) {
      expect(entry.value).toEqual({ n: Number(entry.key.slice(1)) })
      count++
    }
  }
  return count
}

test('every record is sealed under the current key, and the old key is no longer needed', async () => {
  const base = await filled()
  expect(await rotate(base, between, { pageSize: 10 })).toMatchObject({ scanned: 75, rewritten: 75, failed: 0 })
  expect(await readAll(base, after)).toBe(75)
})

test('what is current is left alone, so it may be run again', async () => {
  const base = await filled()
  await rotate(base, between)
  const versions = (await base.list('a', { limit: 99 })).map((entry) => entry.version)
  expect(await rotate(base, between)).toMatchObject({ scanned: 75, rewritten: 0 })
  expect((await base.list('a', { limit: 99 })).map((entry) => entry.version)).toEqual(versions)
})

test('expiry is kept', async () => {
  const clock = manualClock()
  const base = memoryStore({ clock })
  const at = { collection: 'a', key: 'k' }
  await through(base, before).commit([{ type: 'put', at, value: { n: 1 }, expiresAt: clock.now() + 5000 }])
  await rotate(base, between)
  expect((await through(base, after).get([at]))[0]).toMatchObject({ value: { n: 1 }, expiresAt: clock.now() + 5000 })
  clock.advance(5000)
  expect(await base.get([at])).toEqual([undefined])
})

describe('stopped half-way', () => {
  test('it goes on behind the last reported position', async () => {
    const base = await filled()
    const seen: RotateProgress[] = []
    const stop = new Error('pulled the plug')
    const onProgress = (progress: RotateProgress) => {
      seen.push(progress)
      if (seen.length === 4) throw stop
    }
    await expect(rotate(base, between, { pageSize: 10, onProgress })).rejects.toBe(stop)
    const { position } = seen.at(-1)!
    expect(position).toEqual({ collection: 'b', key: 'k009' })
    expect(await readAll(base, between)).toBe(75)

    const rest = await rotate(base, between, { pageSize: 10, after: position! })
    expect(rest).toMatchObject({ scanned: 40, rewritten: 40 })
    expect(await readAll(base, after)).toBe(75)
  })

  test('the same with collections that are listed', async () => {
    const base = await filled()
    const options = { collections: ['c', 'a'], after: { collection: 'a', key: 'k019' } }
    expect(await rotate(base, between, options)).toMatchObject({ scanned: 5, rewritten: 5 })
    await expect(rotate(base, between, { ...options, collections: ['c'] })).rejects.toMatchObject({ code: 'INVALID' })
  })

  test('also when the store fails', async () => {
    const base = await filled()
    let writes = 0
    const failing = forward(base, {
      commit: (...args) => (++writes > 30 ? Promise.reject(new Error('gone')) : base.commit(...args)),
    })
    await expect(rotate(failing, between, { pageSize: 10 })).rejects.toThrow('gone')
    expect(await readAll(base, between)).toBe(75)
    await rotate(base, between)
    expect(await readAll(base, after)).toBe(75)
  })

  test('and when its signal aborts', async () => {
    const base = await filled()
    const controller = new AbortController()
    const onProgress = () => controller.abort()
    await expect(rotate(base, between, { pageSize: 10, onProgress, signal: controller.signal })).rejects.toMatchObject({
      code: 'ABORTED',
    })
  })
})

describe('beside writers', () => {
  test('no write is lost, whichever key the writer has', async () => {
    const base = await filled(40)
    const writers = [through(base, { keys: { k1, k2 }, current: 'k1' }), through(base, between)]
    let turn = 0
    // Every commit of the rotation is overtaken by a write to the same record, the first time it is tried.
    const overtaken = new Set<string>()
    const busy = forward(base, {
      async commit(changes, options) {
        const at = changes[0]!.at
        const id = `${at.collection}/${at.key}`
        if (!overtaken.has(id)) {
          overtaken.add(id)
          const writer = writers[turn++ % 2]!
          await writer.commit([{ type: 'put', at, value: { n: Number(at.key.slice(1)), by: 'writer' } }])
        }
        return base.commit(changes, options)
      },
    })
    const report = await rotate(busy, between)
    expect(report).toMatchObject({ scanned: 120, failed: 0 })
    const store = through(base, after)
    for await (const entry of scan(store, 'b')) {
      expect(entry.value).toEqual({ n: Number(entry.key.slice(1)), by: 'writer' })
    }
  })

  test('a record that is deleted meanwhile stays deleted', async () => {
    const base = await filled(1)
    const racing = forward(base, {
      async commit(changes, options) {
        await base.commit([{ type: 'delete', at: changes[0]!.at }])
        return base.commit(changes, options)
      },
    })
    expect(await rotate(racing, between)).toMatchObject({ scanned: 3, rewritten: 0, failed: 0 })
    expect(await base.collections({ limit: 9 })).toEqual([])
  })
})

test('records that no key opens are counted and named, and left as they are', async () => {
  const base = await filled(5)
  const forged = { __encrypted_data__: 'AAAA', __encryption_version__: 2, __encryption_key__: 'k1' }
  await base.commit([put('b', 'k002', forged), put('b', 'plain', { in: 'the clear' })])
  const report = await rotate(base, between)
  expect(report).toMatchObject({ scanned: 16, rewritten: 14, failed: 2 })
  expect(report.failures).toEqual([
    { collection: 'b', key: 'k002' },
    { collection: 'b', key: 'plain' },
  ])
  expect((await base.get([{ collection: 'b', key: 'k002' }]))[0]?.value).toEqual(forged)
})

test('with strict: false it seals what is in the clear', async () => {
  const base = memoryStore()
  await base.commit([put('a', 'k1', { n: 1 })])
  expect(await rotate(base, { ...after, strict: false })).toMatchObject({ rewritten: 1, failed: 0 })
  expect(await readAll(base, after)).toBe(1)
})

test('from one Fernet key to the next, and from Fernet to a ring', async () => {
  const base = await filled(10, { fernet: f1 })
  expect(await rotate(base, { fernet: [f2, f1] })).toMatchObject({ rewritten: 30 })
  expect(await rotate(base, { fernet: [f2, f1] })).toMatchObject({ rewritten: 0 })
  expect(await readAll(base, { fernet: f2 })).toBe(30)
  expect(await rotate(base, { ...after, fernet: f2 })).toMatchObject({ rewritten: 30 })
  expect(await readAll(base, after)).toBe(30)
})

test('a store that cannot name its collections needs them listed', async () => {
  const base = await filled(3)
  const { name, get, list, commit, close } = base
  const bare: Store = { name, get, list, commit, close, [Symbol.asyncDispose]: close }
  await expect(rotate(bare, between)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  expect(await rotate(bare, between, { collections: ['a', 'empty'] })).toMatchObject({ scanned: 3, rewritten: 3 })
})

test('more collections than one page are all gone through', async () => {
  const base = memoryStore()
  const store = through(base, before)
  for (let n = 0; n < 230; n++) await store.commit([put(`c${n}`, 'k', { n })])
  expect(await rotate(base, between)).toMatchObject({ scanned: 230, rewritten: 230 })
  expect(await rotate(base, between, { after: { collection: 'c99', key: 'k' } })).toMatchObject({ scanned: 0 })
})

test('page sizes that make no sense are refused', async () => {
  for (const pageSize of [0, 1.5, 1001]) {
    await expect(rotate(memoryStore(), after, { pageSize })).rejects.toMatchObject({ code: 'MISCONFIGURED' })
  }
})
