import type { CommitResult, PreparedCommit, Version } from '@threadkeep/core/store'
import { prepareCommit, ThreadkeepError } from '@threadkeep/core/store'
import { describe, expect, test } from 'vitest'
import { groupCommit } from './group-commit.ts'

const ok: CommitResult = { ok: true, version: 'v' as Version }
const put = (key: string, n = 0) => prepareCommit([{ type: 'put', at: { collection: 'c', key }, value: { n } }])
const keysOf = (commits: readonly PreparedCommit[]) => commits.map(({ writes }) => writes[0]!.key)

/** A server that answers when it is told to. */
function server() {
  const calls: { commits: readonly PreparedCommit[]; answer(): void; fail(error: unknown): void }[] = []
  const run = (commits: readonly PreparedCommit[]) =>
    new Promise<readonly CommitResult[]>((resolve, reject) => {
      calls.push({ commits, answer: () => resolve(commits.map(() => ok)), fail: reject })
    })
  const groups = () => calls.map(({ commits }) => keysOf(commits))
  return { calls, run, groups }
}
const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

describe('grouped commits', () => {
  test('of one turn travel together, those that come while all lanes are busy with the next', async () => {
    const { calls, run, groups } = server()
    const commits = groupCommit({ run, lanes: 1, timeout: 1_000 })
    const all = ['a', 'b'].map((key) => commits.add(put(key)))
    await turn()
    all.push(...['c', 'd'].map((key) => commits.add(put(key))))
    await turn()
    expect(groups()).toEqual([['a', 'b']])
    calls[0]!.answer()
    await turn()
    expect(groups()).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
    calls[1]!.answer()
    expect(await Promise.all(all)).toEqual([ok, ok, ok, ok])
  })

  test('that touch one address happen one after another, in their order, while others pass', async () => {
    const { calls, run } = server()
    const commits = groupCommit({ run, lanes: 4, timeout: 1_000 })
    const all = [put('a', 1), put('a', 2), put('b', 1), put('a', 3)].map((commit) => commits.add(commit))
    await turn()
    const texts = () => calls.map(({ commits }) => commits.map(({ writes }) => writes[0]!.key + writes[0]!.text))
    expect(texts()).toEqual([['a{"n":1}', 'b{"n":1}']])
    for (let n = 0; n < 3; n++) {
      calls[n]!.answer()
      await turn()
    }
    expect(texts().slice(1)).toEqual([['a{"n":2}'], ['a{"n":3}']])
    await Promise.all(all)
  })

  test('that fail together without anything written are tried alone, and each gets its own answer', async () => {
    const { calls, run, groups } = server()
    const commits = groupCommit({ run, lanes: 1, timeout: 1_000 })
    const all = Promise.allSettled(['a', 'b', 'c'].map((key) => commits.add(put(key))))
    await turn()
    calls[0]!.fail(new ThreadkeepError('TOO_LARGE', 'b is too large'))
    await turn()
    calls[1]!.answer()
    await turn()
    calls[2]!.fail(new ThreadkeepError('TOO_LARGE', 'b is too large'))
    await turn()
    calls[3]!.answer()
    expect(await all).toMatchObject([{ value: ok }, { reason: { code: 'TOO_LARGE' } }, { value: ok }])
    expect(groups()).toEqual([['a', 'b', 'c'], ['a'], ['b'], ['c']])
  })

  test('that fail together are tried alone only for those who still wait', async () => {
    const { calls, run, groups } = server()
    const commits = groupCommit({ run, lanes: 1, timeout: 1_000 })
    const controller = new AbortController()
    const all = Promise.allSettled([
      commits.add(put('a')),
      commits.add(put('b'), { signal: controller.signal }),
      commits.add(put('c')),
    ])
    await turn()
    controller.abort()
    calls[0]!.fail(new ThreadkeepError('TOO_LARGE', 'c is too large'))
    for (const n of [1, 2]) {
      await turn()
      calls[n]!.answer()
    }
    expect(await all).toMatchObject([
      { value: ok },
      { reason: { code: 'ABORTED', maybeCommitted: true } },
      { value: ok },
    ])
    expect(groups()).toEqual([['a', 'b', 'c'], ['a'], ['c']])
  })

  test('of which it is not known whether they happened are not tried again', async () => {
    const { calls, run } = server()
    const commits = groupCommit({ run, lanes: 1, timeout: 1_000 })
    const all = Promise.allSettled(['a', 'b'].map((key) => commits.add(put(key))))
    await turn()
    calls[0]!.fail(new ThreadkeepError('UNAVAILABLE', 'the connection broke', { maybeCommitted: true }))
    expect(await all).toMatchObject([{ reason: { maybeCommitted: true } }, { reason: { maybeCommitted: true } }])
    expect(calls).toHaveLength(1)
  })

  test('wait no longer than the timeout, and say whether they were sent', async () => {
    const { calls, run } = server()
    const commits = groupCommit({ run, lanes: 1, timeout: 20 })
    const sent = commits.add(put('a'))
    await turn()
    const queued = commits.add(put('b'))
    await expect(sent).rejects.toMatchObject({ code: 'TIMEOUT', maybeCommitted: true })
    await expect(queued).rejects.toMatchObject({ code: 'TIMEOUT', maybeCommitted: false })
    calls[0]!.answer()
    await commits.drain()
    expect(calls).toHaveLength(1)
  })

  test('that are given up in the queue never happen', async () => {
    const { run, groups } = server()
    const commits = groupCommit({ run, lanes: 1, timeout: 1_000 })
    const controller = new AbortController()
    const given = commits.add(put('a'), { signal: controller.signal })
    controller.abort()
    await expect(given).rejects.toMatchObject({ code: 'ABORTED', maybeCommitted: false })
    await turn()
    expect(groups()).toEqual([])
    await commits.drain()
  })
})
