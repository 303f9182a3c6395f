import { AsyncLocalStorage } from 'node:async_hooks'
import { tracingChannel } from 'node:diagnostics_channel'
import { memoryStore } from '@threadkeep/core'
import { expect, test } from 'vitest'
import { conform } from '../test/conform.ts'
import type { StoreTrace } from './with-tracing.ts'
import { withTracing } from './with-tracing.ts'

conform('tracing', { wrap: () => withTracing() })

const a = { collection: 'c', key: 'k' }

function listen(channel: string) {
  const seen: string[] = []
  const note = (event: string) => (message: StoreTrace) => {
    const { store, operation, collection, size } = message
    const failed = 'error' in message ? ` ${(message.error as { code: string }).code}` : ''
    seen.push(`${event} ${store} ${operation} ${collection} ${size}${failed}`)
  }
  const subscribers = {
    start: note('start'),
    end() {},
    asyncStart() {},
    asyncEnd: note('asyncEnd'),
    error: note('error'),
  }
  const traces = tracingChannel<StoreTrace, StoreTrace>(channel)
  traces.subscribe(subscribers)
  return { seen, stop: () => traces.unsubscribe(subscribers) }
}

test('a subscriber sees start, end and failure of every verb', async () => {
  const { seen, stop } = listen('threadkeep:store')
  const store = withTracing()(memoryStore())
  await store.commit([
    { type: 'put', at: a, value: {} },
    { type: 'delete', at: { collection: 'd', key: 'k' } },
  ])
  expect(await store.get([a])).toMatchObject([{ value: {} }])
  await store.list('c', { limit: 7 })
  await expect(store.get(null as never)).rejects.toMatchObject({ code: 'INVALID' })
  stop()
  await store.get([a])
  expect(seen).toEqual([
    'start memory commit undefined 2',
    'asyncEnd memory commit undefined 2',
    'start memory get c 1',
    'asyncEnd memory get c 1',
    'start memory list c 7',
    'asyncEnd memory list c 7',
    'start memory get undefined 0',
    'error memory get undefined 0 INVALID',
    'asyncEnd memory get undefined 0 INVALID',
  ])
})

test('another channel is another channel', async () => {
  const { seen, stop } = listen('test:other')
  await withTracing()(memoryStore()).get([a])
  await withTracing({ channel: 'test:other' })(memoryStore()).get([a])
  stop()
  expect(seen).toEqual(['start memory get c 1', 'asyncEnd memory get c 1'])
})

test('a store bound to the channel is the context of the call', async () => {
  const span = new AsyncLocalStorage<StoreTrace>()
  const traces = tracingChannel<StoreTrace, StoreTrace>('test:context')
  traces.start.bindStore(span)
  const inner = memoryStore()
  let context: StoreTrace | undefined
  const get: typeof inner.get = (at) => {
    context = span.getStore()
    return inner.get(at)
  }
  await withTracing({ channel: 'test:context' })({ ...inner, get }).get([a])
  traces.start.unbindStore(span)
  expect(context).toMatchObject({ operation: 'get', collection: 'c' })
})
