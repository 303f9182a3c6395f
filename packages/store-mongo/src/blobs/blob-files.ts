import type { BlobInfo } from '@threadkeep/core'
import type { Binary, Collection, Db, ObjectId } from 'mongodb'
import type { IndexDefinition } from '../indexed-collection.ts'
import { ensureCollection } from '../indexed-collection.ts'

/** A blob as GridFS describes it, so that GridFS tools can read it. There is a document for each whole blob, and for no other. */
export interface FileDocument {
  readonly _id: ObjectId
  readonly length: number
  readonly chunkSize: number
  readonly uploadDate: Date
  /** The blob's key. */
  readonly filename: string
  readonly metadata: { readonly sha256: string; readonly modifiedAt: number }
}

/** A part of a file. */
export interface ChunkDocument {
  readonly _id: ObjectId
  readonly files_id: ObjectId
  readonly n: number
  readonly data: Binary
}

/** Chunks that belong to no blob: not yet, or no longer. */
export interface LooseDocument {
  /** The file they were made for. */
  readonly _id: ObjectId
  /** From then on somebody still works on it; 0 when nobody does. */
  readonly since: number
}

/** The collections of the blobs. */
export interface BlobFiles {
  readonly files: Collection<FileDocument>
  readonly chunks: Collection<ChunkDocument>
  readonly loose: Collection<LooseDocument>
}

/** The size that GridFS uses. */
export const chunkSize = 255 * 1024

const bucket = 'threadkeep.blobs'
const byKey: IndexDefinition = { name: 'key', key: { filename: 1 }, unique: true }
const byPlace: IndexDefinition = { name: 'place', key: { files_id: 1, n: 1 }, unique: true }

/** Makes the collections and their indexes, or verifies them. */
export async function openBlobFiles(db: Db): Promise<BlobFiles> {
  await Promise.all([
    ensureCollection(db, `${bucket}.files`, [byKey]),
    ensureCollection(db, `${bucket}.chunks`, [byPlace]),
    ensureCollection(db, `${bucket}.loose`, [{ name: 'since', key: { since: 1 } }]),
  ])
  return {
    files: db.collection(`${bucket}.files`),
    chunks: db.collection(`${bucket}.chunks`),
    loose: db.collection(`${bucket}.loose`),
  }
}

/** What the port tells of a file. */
export function infoOf({ filename, length, metadata: { sha256, modifiedAt } }: FileDocument): BlobInfo {
  return { key: filename, size: length, sha256, modifiedAt }
}
