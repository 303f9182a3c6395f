import type { Store } from '@threadkeep/core'
import { forward, manualClock, memoryStore, stack, ThreadkeepError } from '@threadkeep/core'
import { expect, test } from 'vitest'
import { conform } from '../test/conform.ts'
import { createStatistics } from './statistics/statistics.ts'
import { withStatistics } from './with-statistics.ts'

conform('statistics', { wrap: () => withStatistics({ statistics: createStatistics({ bytes: true }) }) })

const a = { collection: 'messages:t1', key: 'a' }
const b = { collection: 'messages:t2', key: 'b' }
const user = { collection: 'users', key: 'ann' }

async function exercise(store: Store) {
  await store.commit([
    { type: 'put', at: a, value: { text: 'é' } },
    { type: 'put', at: user, value: {} },
  ])
  await store.get([a])
  await store.get([a, b, user])
  await store.list('messages:t1', { limit: 5 })
  await store.commit([{ type: 'check', at: a, version: null }])
  await store.commit([{ type: 'delete', at: a }])
  await store.get([a])
  await expect(store.get([{ collection: 'users', key: '' }])).rejects.toThrow()
}

test('counts what happened, by layer and kind of collection', async () => {
  const statistics = createStatistics({ bytes: true })
  const store = withStatistics({ statistics })(memoryStore())
  await exercise(store)

  const { memory } = statistics.snapshot()
  expect(memory).toMatchObject({ gets: 5, hits: 3, misses: 2, hitRatePercent: 60, lists: 1, listed: 1 })
  expect(memory).toMatchObject({ puts: 2, deletes: 1, checks: 1, commits: 3, conflicts: 1, errors: 1 })
  expect(memory).toMatchObject({ bytesWritten: 15, bytesRead: 13 * 3 + 2 })
  expect(Object.keys(memory!.collections)).toEqual(['messages', 'users'])
  expect(memory!.collections['messages']).toMatchObject({
    gets: 4,
    hits: 2,
    misses: 2,
    puts: 1,
    deletes: 1,
    conflicts: 1,
  })
  expect(memory!.collections['users']).toMatchObject({ gets: 1, hits: 1, puts: 1, commits: 1, conflicts: 0, errors: 1 })
  expect(memory!.latency.commit.count).toBe(3)
})

test('a commit that did not happen wrote nothing', async () => {
  const statistics = createStatistics()
  const store = withStatistics({ statistics })(memoryStore())
  await store.commit([
    { type: 'check', at: a, version: 'other' as never },
    { type: 'put', at: a, value: {} },
  ])
  expect(statistics.snapshot()['memory']).toMatchObject({ puts: 0, checks: 1, commits: 1, conflicts: 1 })
})

test('layers are counted apart, and reset sets all of them to zero', async () => {
  const statistics = createStatistics()
  const store = stack(memoryStore(), [
    withStatistics({ statistics, layer: 'inner' }),
    withStatistics({ statistics, layer: 'outer' }),
  ])
  await store.get([a])
  expect(statistics.snapshot()).toMatchObject({ inner: { gets: 1 }, outer: { gets: 1 } })
  statistics.reset()
  expect(statistics.snapshot()).toMatchObject({ inner: { gets: 0, hitRatePercent: 0 }, outer: { gets: 0 } })
  expect(statistics.snapshot()['inner']!.latency.get).toEqual({ count: 0, mean: 0, p50: 0, p95: 0, p99: 0, max: 0 })
})

test('a snapshot does not change later', async () => {
  const statistics = createStatistics()
  const store = withStatistics({ statistics })(memoryStore())
  await store.get([a])
  const before = statistics.snapshot()
  await store.get([a])
  expect(before['memory']).toMatchObject({ gets: 1 })
})

test('however many collections there are, memory is bounded and nothing is lost', async () => {
  const statistics = createStatistics({ groupBy: 'collection', maxGroups: 3 })
  const store = withStatistics({ statistics })(memoryStore())
  for (let i = 0; i < 2000; i++) await store.get([{ collection: `c${i}`, key: 'k' }])
  const { collections, gets } = statistics.snapshot()['memory']!
  expect(Object.keys(collections)).toEqual(['c0', 'c1', 'c2', '(other)'])
  expect(gets).toBe(2000)
  expect(collections['(other)']!.gets).toBe(1997)
})

test('names of hostile collections are only names', async () => {
  const statistics = createStatistics({ groupBy: (collection) => collection.toUpperCase() })
  const store = withStatistics({ statistics, layer: 'say "hi"\\' })(memoryStore())
  await store.get([{ collection: '__proto__', key: 'k' }])
  await store.get([{ collection: 'constructor', key: 'k' }])
  expect(Object.keys(statistics.snapshot()['say "hi"\\']!.collections)).toEqual(['__PROTO__', 'CONSTRUCTOR'])
  expect(statistics.prometheus()).toContain('{layer="say \\"hi\\"\\\\",collection="__PROTO__",result="miss"} 1\n')
  const byName = createStatistics()
  await withStatistics({ statistics: byName })(memoryStore()).get([{ collection: '__proto__', key: 'k' }])
  expect(Object.keys(byName.snapshot()['memory']!.collections)).toEqual(['__proto__'])
})

test('failures are timed and counted, and reach the caller as they are', async () => {
  const clock = manualClock(0)
  const statistics = createStatistics()
  const failure = new ThreadkeepError('UNAVAILABLE', 'down')
  const broken = forward(memoryStore(), {
    get: async () => {
      clock.advance(30)
      throw failure
    },
  })
  const store = withStatistics({ statistics, clock })(broken)
  await expect(store.get([a])).rejects.toBe(failure)
  await expect(store.get([a, b])).rejects.toBe(failure)
  const { memory } = statistics.snapshot()
  expect(memory).toMatchObject({ errors: 2, gets: 0, latency: { get: { count: 2, mean: 30, max: 30 } } })
  expect(memory!.collections['messages']).toMatchObject({ errors: 2, latency: { get: { count: 2 } } })
})

test('slow gets are all timed; fast ones by one in sixteen that stands for the others', async () => {
  const clock = manualClock(0)
  let pace = 2
  let reads = 0
  const statistics = createStatistics()
  const counting = {
    now() {
      reads++
      return clock.now()
    },
  }
  const store = withStatistics({ statistics, clock: counting })(
    forward(memoryStore(), {
      get: async () => {
        clock.advance(pace)
        return [undefined]
      },
    }),
  )
  for (let i = 0; i < 20; i++) await store.get([a])
  expect(reads).toBe(40)
  pace = 0
  for (let i = 0; i < 325; i++) await store.get([a])
  expect(reads).toBe(40 + 2 + 320 / 8)
  for (let i = 0; i < 2; i++) {
    expect(statistics.snapshot()['memory']).toMatchObject({ gets: 345, latency: { get: { count: 345, max: 2 } } })
  }
})

test('Prometheus gets every count once, with cumulative buckets in seconds', async () => {
  const clock = manualClock(0)
  const statistics = createStatistics({ bytes: true })
  const base = memoryStore()
  const store = withStatistics({ statistics, clock })(
    forward(base, {
      get: (at) => {
        clock.advance(1.5)
        return base.get(at)
      },
    }),
  )
  await store.commit([{ type: 'put', at: user, value: { n: 1 } }])
  await store.get([user])
  const text = statistics.prometheus()
  expect(text).toMatchInlineSnapshot(`
    "# HELP threadkeep_store_gets_total Records asked for.
    # TYPE threadkeep_store_gets_total counter
    threadkeep_store_gets_total{layer="memory",collection="users",result="hit"} 1
    threadkeep_store_gets_total{layer="memory",collection="users",result="miss"} 0
    # HELP threadkeep_store_lists_total Lists answered.
    # TYPE threadkeep_store_lists_total counter
    threadkeep_store_lists_total{layer="memory",collection="users"} 0
    # HELP threadkeep_store_listed_records_total Records that lists answered.
    # TYPE threadkeep_store_listed_records_total counter
    threadkeep_store_listed_records_total{layer="memory",collection="users"} 0
    # HELP threadkeep_store_changes_total Changes of commits.
    # TYPE threadkeep_store_changes_total counter
    threadkeep_store_changes_total{layer="memory",collection="users",change="put"} 1
    threadkeep_store_changes_total{layer="memory",collection="users",change="delete"} 0
    threadkeep_store_changes_total{layer="memory",collection="users",change="check"} 0
    # HELP threadkeep_store_commits_total Commits answered, whatever number of collections they touched.
    # TYPE threadkeep_store_commits_total counter
    threadkeep_store_commits_total{layer="memory",result="committed"} 1
    threadkeep_store_commits_total{layer="memory",result="conflict"} 0
    # HELP threadkeep_store_errors_total Calls that failed.
    # TYPE threadkeep_store_errors_total counter
    threadkeep_store_errors_total{layer="memory",collection="users"} 0
    # HELP threadkeep_store_bytes_total Bytes of values as JSON text.
    # TYPE threadkeep_store_bytes_total counter
    threadkeep_store_bytes_total{layer="memory",collection="users",direction="read"} 7
    threadkeep_store_bytes_total{layer="memory",collection="users",direction="written"} 7
    # HELP threadkeep_store_duration_seconds How long calls took.
    # TYPE threadkeep_store_duration_seconds histogram
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="get",le="0.000001"} 0
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="get",le="0.000004"} 0
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="get",le="0.000016"} 0
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="get",le="0.000064"} 0
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="get",le="0.000256"} 0
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="get",le="0.001024"} 0
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="get",le="0.004096"} 1
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="get",le="0.016384"} 1
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="get",le="0.065536"} 1
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="get",le="0.262144"} 1
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="get",le="1.048576"} 1
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="get",le="4.194304"} 1
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="get",le="16.777216"} 1
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="get",le="+Inf"} 1
    threadkeep_store_duration_seconds_sum{layer="memory",collection="users",verb="get"} 0.0015
    threadkeep_store_duration_seconds_count{layer="memory",collection="users",verb="get"} 1
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="commit",le="0.000001"} 1
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="commit",le="0.000004"} 1
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="commit",le="0.000016"} 1
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="commit",le="0.000064"} 1
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="commit",le="0.000256"} 1
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="commit",le="0.001024"} 1
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="commit",le="0.004096"} 1
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="commit",le="0.016384"} 1
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="commit",le="0.065536"} 1
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="commit",le="0.262144"} 1
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="commit",le="1.048576"} 1
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="commit",le="4.194304"} 1
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="commit",le="16.777216"} 1
    threadkeep_store_duration_seconds_bucket{layer="memory",collection="users",verb="commit",le="+Inf"} 1
    threadkeep_store_duration_seconds_sum{layer="memory",collection="users",verb="commit"} 0
    threadkeep_store_duration_seconds_count{layer="memory",collection="users",verb="commit"} 1
    "
  `)
  const names = text.match(/^# TYPE \S+/gm)!
  expect(new Set(names).size).toBe(names.length)
})

test('options that make no sense are refused', () => {
  expect(() => createStatistics({ maxGroups: 0 })).toThrow(expect.objectContaining({ code: 'MISCONFIGURED' }))
  expect(() => createStatistics({ groupBy: 'name' as never })).toThrow(
    expect.objectContaining({ code: 'MISCONFIGURED' }),
  )
})
