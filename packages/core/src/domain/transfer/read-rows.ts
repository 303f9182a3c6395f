import { createHash } from 'node:crypto'
import { createGunzip } from 'node:zlib'
import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import { pipeThrough } from './pipe-through.ts'
import type { ManifestRow, Row } from './rows.ts'
import type { Manifest } from './transfer.types.ts'

/** One line of an export: a row with its number, or what stood there instead. */
export type Line = { readonly number: number; readonly row: Row } | { readonly number: number; readonly error: string }

// A message with all that it has said before.
const maxLineLength = 64 * 1024 * 1024
const jsonStart = '{"format":"threadkeep-export","records":['

/** Reads the rows of an export as they arrive, in either format, gzipped or not; at the end compares the manifest's checksum. `INVALID` for a file that is no export, or not a whole one. */
export async function* readRows(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Line, void, undefined> {
  const sum = createHash('sha256')
  let manifest: Manifest | undefined
  let number = 0
  for await (const raw of lines(await unzipped(bytes))) {
    const line = raw.trim()
    if (line === '' || line === jsonStart) continue
    if (line.startsWith('],"manifest":')) {
      manifest = parseManifest(line.slice('],"manifest":'.length, -1))
      continue
    }
    // In the JSON format a record's line ends with the comma before the next.
    const text = line.endsWith(',') ? line.slice(0, -1) : line
    number++
    let row: Row | ManifestRow
    try {
      row = parseObject(text) as Row | ManifestRow
    } catch {
      sum.update(text).update('\n')
      yield { number, error: 'This line is not a JSON object.' }
      continue
    }
    if (row.type === 'manifest') {
      manifest = row
      number--
      continue
    }
    sum.update(text).update('\n')
    yield { number, row }
  }
  if (manifest === undefined)
    throw new ThreadkeepError('INVALID', 'The export ends without its manifest: the file is cut short.')
  if (manifest.sha256 !== sum.digest('hex'))
    throw new ThreadkeepError(
      'INVALID',
      'The rows of this export do not have the checksum of its manifest: the file was changed or damaged.',
    )
}

function parseManifest(text: string): Manifest {
  try {
    return parseObject(text) as Manifest
  } catch (cause) {
    throw new ThreadkeepError('INVALID', 'The manifest of this export cannot be read.', { cause })
  }
}

function parseObject(text: string): object {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null) throw new TypeError('Not an object.')
  return value
}

/** The bytes themselves, or what is zipped in them. */
async function unzipped(bytes: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const iterator = bytes[Symbol.asyncIterator]()
  const first = await iterator.next()
  const whole = (async function* () {
    if (first.done) return
    yield first.value
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
  })()
  if (first.done || first.value[0] !== 0x1f || first.value[1] !== 0x8b) return whole
  return (async function* () {
    try {
      yield* pipeThrough(whole, createGunzip())
    } catch (cause) {
      if (!String((cause as { code?: unknown }).code).startsWith('Z_')) throw cause
      throw new ThreadkeepError('INVALID', 'The file is not whole gzip.', { cause })
    }
  })()
}

async function* lines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  for await (const chunk of bytes) {
    rest += decode(() => decoder.decode(chunk, { stream: true }))
    const parts = rest.split('\n')
    rest = parts.pop()!
    if (rest.length > maxLineLength)
      throw new ThreadkeepError('TOO_LARGE', `A line of an export has at most ${maxLineLength} characters.`)
    yield* parts
  }
  rest += decode(() => decoder.decode())
  if (rest !== '') yield rest
}

function decode(read: () => string): string {
  try {
    return read()
  } catch (cause) {
    throw new ThreadkeepError('INVALID', 'The file is not UTF-8.', { cause })
  }
}
