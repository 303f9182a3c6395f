import { createHash } from 'node:crypto'
import type { Threadkeep } from '../../domain/create-threadkeep.ts'
import type { Actor } from '../../domain/kernel/actor.ts'
import type { ExportOptions } from '../../domain/transfer/transfer.types.ts'

/** A row of an export as a foreign reader sees it. */
export interface Line {
  type: string
  [field: string]: unknown
}

/** An export, whole. */
export async function exported(chat: Threadkeep, actor: Actor, options: ExportOptions = {}): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(chat.transfer.export(actor, options)))
}

/** The rows of an export. */
export function linesOf(bytes: Buffer): Line[] {
  return bytes
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
    .filter(({ type }) => type !== 'manifest')
}

/** A file of rows with a right manifest. */
export function fileOf(rows: readonly unknown[]): Buffer {
  const body = rows.map((row) => `${JSON.stringify(row)}\n`).join('')
  const sha256 = createHash('sha256').update(body).digest('hex')
  return Buffer.from(
    `${body}${JSON.stringify({ type: 'manifest', format: 'threadkeep-export', formatVersion: 1, sha256 })}\n`,
  )
}

/** Bytes in pieces, as they come over a network. */
export async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}
