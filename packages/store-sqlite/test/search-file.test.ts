import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import type { SearchChange, SearchDocument, SearchIndex, SearchQuery } from '@threadkeep/core'
import { memorySearchIndex } from '@threadkeep/core'
import { expect, onTestFinished, test } from 'vitest'
import type { SqliteSearchIndexOptions } from '../src/index.ts'
import { sqliteSearchIndex } from '../src/index.ts'
import { openStore, put } from './support/open-store.ts'
import { run } from './support/process.ts'
import { temporaryPath } from './support/temporary-path.ts'

async function openIndex(options: Partial<SqliteSearchIndexOptions> = {}): Promise<SearchIndex> {
  const index = await sqliteSearchIndex({ path: temporaryPath(), durability: 'normal', ...options })
  onTestFinished(() => index.close())
  return index
}

function file(messageId: string, text: string, rest: Partial<SearchDocument> = {}): SearchChange {
  const base = { threadId: 't', seq: 1, authorId: 'u', role: 'user', kind: 'message', createdAt: 1_700_000_000_000 }
  return { type: 'put', document: { ...base, messageId, text, ...rest } }
}

async function found(index: SearchIndex, text: string, rest: Partial<SearchQuery> = {}): Promise<string[]> {
  return (await index.query({ text, limit: 100, ...rest })).map((hit) => hit.messageId)
}

/** What the two tables disagree on: rows without words, words without a row, and FTS5's own complaints. */
function faults(path: string): unknown[] {
  const db = new DatabaseSync(path)
  try {
    db.exec("insert into search_words(search_words) values ('integrity-check')")
    return db
      .prepare(
        `select id from search_documents where text <> '' and id not in (select id from search_words_docsize)
         union all select id from search_words_docsize where id not in (select id from search_documents)`,
      )
      .all()
  } finally {
    db.close()
  }
}

test('an index shares a file with a store, and with another index on it', async () => {
  const path = temporaryPath()
  const store = await openStore({ path })
  const [one, other] = [await openIndex({ path }), await openIndex({ path })]
  await Promise.all([
    ...Array.from({ length: 20 }, (_, n) => store.commit([put(`k${n}`)])),
    ...Array.from({ length: 20 }, (_, n) => one.apply([file(`a${n}`, 'word')])),
    ...Array.from({ length: 20 }, (_, n) => other.apply([file(`b${n}`, 'word')])),
  ])
  expect(await found(one, 'word')).toHaveLength(40)
  expect(await found(other, 'word')).toEqual(await found(one, 'word'))
  expect(await store.list('c', { limit: 100 })).toHaveLength(20)
})

test('what was applied is there when the file is opened again, also for reading only', async () => {
  const path = temporaryPath()
  const index = await sqliteSearchIndex({ path })
  await index.apply([file('a', 'one word'), file('b', 'two word')])
  await index.close()
  const again = await openIndex({ path, readOnly: true })
  expect(await found(again, 'word')).toEqual(['b', 'a'])
  await expect(again.apply([file('c', 'word')])).rejects.toMatchObject({ code: 'READ_ONLY' })
})

test('kill -9 in the middle of changes loses nothing that was answered and leaves no half of a change', async () => {
  const path = temporaryPath()
  for (let cycle = 0; cycle < 4; cycle++) {
    const name = `cycle${cycle}`
    const writer = run('index-until-killed.ts', [path, name])
    await writer.started
    await setTimeout(60 + cycle * 30)
    writer.child.kill('SIGKILL')
    await writer.ended
    const last = Number(writer.lines.at(-1))
    expect(last).toBeGreaterThan(3)
    const index = await openIndex({ path })
    const [counter] = await index.query({ text: 'counter', threadIds: [name], limit: 1 })
    expect(counter!.seq, 'what was answered is there').toBeGreaterThanOrEqual(last)
    for (const n of [0, 1, last - 1, last, counter!.seq]) {
      expect(await found(index, `"stay${n}"`, { threadIds: [name] })).toEqual([`m${n}`])
      expect(await found(index, `"count${n}"`, { threadIds: [name] })).toEqual(n === counter!.seq ? ['counter'] : [])
    }
    await index.close()
    expect(faults(path)).toEqual([])
  }
})

test('tables and words agree after any changes, and a replay of what is filed writes no words', async () => {
  const path = temporaryPath()
  const index = await openIndex({ path })
  const changes: SearchChange[] = []
  for (let n = 0; n < 600; n++) {
    const threadId = `t${n % 7}`
    changes.push(file(`m${n % 50}`, `word${n} shared`, { threadId, createdAt: (n % 11) * 700 }))
    if (n % 13 === 0) changes.push({ type: 'delete', threadId, messageId: `m${n % 17}` })
    if (n % 97 === 0) changes.push({ type: 'deleteThread', threadId: `t${n % 5}` })
  }
  await index.apply(changes)
  expect(faults(path)).toEqual([])
  const db = new DatabaseSync(path)
  onTestFinished(() => db.close())
  const segments = () => db.prepare('select count(*) as n, sum(length(block)) as bytes from search_words_data').get()
  const kept = await index.query({ text: 'shared', limit: 1_000 })
  const before = segments()
  const texts = db
    .prepare(
      'select thread_id as threadId, message_id as messageId, created_at as createdAt, text from search_documents',
    )
    .all()
  await index.apply(texts.map((row) => file('', '', row as Partial<SearchDocument>)))
  expect(segments()).toEqual(before)
  expect(await index.query({ text: 'shared', limit: 1_000 })).toEqual(kept.map((hit) => ({ ...hit, seq: 1 })))
})

test('threads and authors are found the same way whether they have few of the words, or few documents, or many', async () => {
  const [index, memory] = [await openIndex(), memorySearchIndex()]
  const changes = Array.from({ length: 12_000 }, (_, n) => {
    const text = n % 3 === 0 ? 'the common word' : n % 50 === 1 ? 'the seldom word' : 'the word'
    // The old half belongs to few: a walk from the newest on meets a thousand others first.
    const rest = n < 6_000 ? { threadId: `old${n % 10}`, authorId: `old${n % 3}` } : { threadId: `new${n % 400}` }
    return file(`m${n}`, text, { ...rest, createdAt: 1_700_000_000_000 + n * 400 })
  })
  await memory.apply(changes)
  await index.apply(changes)
  const oldThreads = (count: number) => Array.from({ length: count }, (_, n) => `old${n}`)
  const owners: Partial<SearchQuery>[] = [
    { threadIds: oldThreads(1) },
    { threadIds: oldThreads(9) },
    { threadIds: [...oldThreads(10), 'new1'] },
    { threadIds: Array.from({ length: 3_000 }, (_, n) => `new${n}`) },
    { authorIds: ['old1'] },
    { authorIds: ['old0', 'old1', 'old2'] },
    { authorIds: ['old1'], threadIds: ['old1', 'old2', 'new2'] },
    { threadIds: oldThreads(9), from: 1_700_000_000_000 + 400_000, to: 1_700_000_000_000 + 1_600_000 },
  ]
  for (const rest of owners) {
    for (const text of ['common', 'seldom', 'common word', 'comm', 'the seldom common', 'nothing']) {
      const query = { text, limit: 30, ...rest }
      expect(await index.query(query), JSON.stringify(query).slice(0, 200)).toEqual(await memory.query(query))
    }
  }
})

test('a long query leaves the event loop to others between its steps', async () => {
  const index = await openIndex()
  await index.apply(Array.from({ length: 3_000 }, (_, n) => file(`m${n}`, `alpha${n % 2} beta${n % 3} gamma${n % 5}`)))
  let turns = 0
  let running = true
  const turn = (): void => {
    turns++
    if (running) setImmediate(turn)
  }
  setImmediate(turn)
  for (let n = 0; n < 10; n++) await index.query({ text: 'alpha1 beta2 gamma4 missing', limit: 20 })
  running = false
  expect(turns).toBeGreaterThan(5)
})
