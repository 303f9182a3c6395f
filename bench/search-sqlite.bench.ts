import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { SearchDocument, SearchIndex } from '@threadkeep/core'
import { sqliteSearchIndex } from '@threadkeep/store-sqlite'
import MiniSearch from 'minisearch'
import type { BenchRoom } from './lib/index.ts'
import { defineBench, latency } from './lib/index.ts'

const messages = 200_000
const threads = 6_000
const batch = 500
const limit = 20
const cacheKiB = 65_536
/** Words by rank: the n-th most common occurs 1/n as often as the first, as in natural language. */
const vocabularySize = 20_000

interface Corpus {
  readonly documents: readonly SearchDocument[]
  /** The words, the most common first. */
  readonly vocabulary: readonly string[]
  /** Questions of `count` different words of one message each. */
  questions(count: number): readonly string[]
}

export default defineBench({
  about: 'Search over 200,000 messages in a file: 1, 2 and 3 words, the beginning of a word, very common words',
  async run(room) {
    const directory = mkdtempSync(join(tmpdir(), 'threadkeep-bench-'))
    const corpus = makeCorpus()
    room.progress('search-sqlite: filing 200,000 messages')
    const index = await sqliteSearchIndex({ path: join(directory, 'search.db'), durability: 'normal' })
    const bare = bareIndex(join(directory, 'bare.db'), corpus)
    try {
      await fill(index, corpus)
      await compareWithBare(room, corpus, index, bare)
      await compareWithLimits(room, corpus, index)
      room.progress('search-sqlite: filing 200,000 messages with minisearch')
      await compareWithMiniSearch(room, corpus, index)
    } finally {
      bare.close()
      await index.close()
      rmSync(directory, { recursive: true, force: true })
    }
  },
})

async function compareWithBare(room: BenchRoom, corpus: Corpus, index: SearchIndex, bare: DatabaseSync): Promise<void> {
  const select = bare.prepare('select rowid, rank from bare where bare match ? order by rank limit ?')
  const kinds = [
    { name: 'one word', questions: corpus.questions(1) },
    { name: 'two words', questions: corpus.questions(2) },
    { name: 'three words', questions: corpus.questions(3) },
    { name: 'the beginning of a word', questions: corpus.questions(1).map(beginning), prefix: '*' },
  ]
  for (const { name, questions, prefix = '' } of kinds) {
    await room.compare({
      bench: `search-sqlite, ${name}`,
      against: 'bare FTS5 by bm25, p50',
      bar: '<=2',
      unit: 'ms',
      ours: latency(0.5, questions.length, (i) => index.query({ text: questions[i]!, limit })),
      theirs: latency(0.5, questions.length, (i) => select.all(`${questions[i]}${prefix}`, limit)),
      rounds: 7,
    })
  }
}

async function compareWithLimits(room: BenchRoom, corpus: Corpus, index: SearchIndex): Promise<void> {
  const common = corpus.vocabulary.slice(0, 10)
  const some = (count: number) => Array.from({ length: count }, (_, n) => threadOf(n * 7))
  const limits = [
    { name: 'very common words', query: {} },
    { name: 'very common words in 40 threads', query: { threadIds: some(40) } },
    { name: 'very common words in 4,000 threads', query: { threadIds: some(4_000) } },
  ]
  for (const { name, query } of limits) {
    const ask = (i: number) => index.query({ text: common[i % common.length]!, limit, ...query })
    for (let i = 0; i < 20; i++) await ask(i)
    await room.compare({
      bench: `search-sqlite, ${name}`,
      against: '30 ms, p99',
      bar: '<=1',
      unit: 'ms',
      ours: latency(0.99, 300, ask),
      theirs: 30,
    })
  }
}

async function compareWithMiniSearch(room: BenchRoom, corpus: Corpus, index: SearchIndex): Promise<void> {
  const mini = new MiniSearch<{ id: number; text: string }>({ fields: ['text'] })
  mini.addAll(corpus.documents.map(({ text }, id) => ({ id, text })))
  const questions = corpus.questions(2).slice(0, 60)
  await room.compare({
    bench: 'search-sqlite, two words',
    against: 'minisearch in memory, p50',
    bar: '<=1',
    unit: 'ms',
    ours: latency(0.5, questions.length, (i) => index.query({ text: questions[i]!, limit })),
    theirs: latency(0.5, questions.length, (i) => mini.search(questions[i]!, { combineWith: 'AND' }).slice(0, limit)),
    rounds: 7,
  })
}

function beginning(word: string): string {
  return word.slice(0, Math.max(3, word.length - 3))
}

function threadOf(n: number): string {
  return `thr_${(n * 7_919) % threads}`
}

async function fill(index: SearchIndex, { documents }: Corpus): Promise<void> {
  for (let i = 0; i < documents.length; i += batch) {
    await index.apply(documents.slice(i, i + batch).map((document) => ({ type: 'put', document })))
  }
}

function bareIndex(path: string, { documents }: Corpus): DatabaseSync {
  const db = new DatabaseSync(path)
  db.exec(
    `pragma journal_mode = wal; pragma cache_size = -${cacheKiB}; create virtual table bare using fts5(text); begin`,
  )
  const insert = db.prepare('insert into bare(rowid, text) values (?, ?)')
  for (const [n, { text }] of documents.entries()) insert.run(n + 1, text)
  db.exec('commit')
  return db
}

/** Messages of 5 to 44 made-up words, one a second, spread over the threads. The same ones each time. */
function makeCorpus(): Corpus {
  const random = randomSource()
  const vocabulary = makeVocabulary(random)
  const reach = vocabulary.map((_, rank) => 1 / (rank + 2))
  for (let rank = 1; rank < reach.length; rank++) reach[rank]! += reach[rank - 1]!
  const word = (): string => vocabulary[firstAtLeast(reach, random() * reach.at(-1)!)]!
  const documents = Array.from({ length: messages }, (_, n): SearchDocument => {
    const text = Array.from({ length: 5 + Math.floor(random() * 40) }, word).join(' ')
    const ids = { threadId: threadOf(n), messageId: `msg_${String(n).padStart(10, '0')}`, authorId: `usr_${n % 500}` }
    const createdAt = 1_700_000_000_000 + n * 1_000
    return { ...ids, seq: n, role: n % 2 ? 'assistant' : 'user', kind: 'message', createdAt, text }
  })
  const question = (count: number): string => {
    const words = new Set(documents[Math.floor(random() * messages)]!.text.split(' '))
    const left = [...words]
    if (left.length < count) return question(count)
    return Array.from({ length: count }, () => left.splice(Math.floor(random() * left.length), 1)[0]).join(' ')
  }
  return { documents, vocabulary, questions: (count) => Array.from({ length: 80 }, () => question(count)) }
}

function makeVocabulary(random: () => number): readonly string[] {
  const syllables = ['ka', 'ri', 'to', 'men', 'sha', 'lo', 'pe', 'du', 'vi', 'sor', 'an', 'el', 'qui', 'ba', 'ster']
  const syllable = (): string => syllables[Math.floor(random() * syllables.length)]!
  const words = new Set<string>()
  while (words.size < vocabularySize) words.add(Array.from({ length: 1 + Math.floor(random() * 4) }, syllable).join(''))
  return [...words]
}

function firstAtLeast(sorted: readonly number[], value: number): number {
  let low = 0
  let high = sorted.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

function randomSource(): () => number {
  let state = 1
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
