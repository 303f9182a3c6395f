import { constants } from 'node:buffer'
import type { Address, JsonObject, Wrapper } from '@threadkeep/core/store'
import { ThreadkeepError, toJsonText } from '@threadkeep/core/store'
import { fromBase64 } from './base64.ts'
import type { Compression } from './compression-algorithms.ts'
import { algorithms, compressionNames } from './compression-algorithms.ts'
import { requireChoice, requireNumber } from './options.ts'
import { parseObject } from './parse-object.ts'
import { recordName } from './record-name.ts'
import { transformValues } from './transform-values.ts'

/** How values are made smaller. */
export interface CompressionOptions {
  /** What new values are written with; every one of them can be read. Default `zstd`. py-key-value reads `gzip`. */
  readonly algorithm?: Compression
  /** Values of fewer bytes of JSON text are left alone. Default 1024. */
  readonly minSizeBytes?: number
  /** The most JSON text that one value may expand to, in bytes. Default 64 MiB. */
  readonly maxSizeBytes?: number
}

// The names and the layout are those of py-key-value.
const dataField = '__compressed_data__'
const algorithmField = '__compression_algorithm__'
const versionField = '__compression_version__'
const envelopeVersion = 1

/**
 * Values are stored compressed where that makes them smaller, and read back as they were. Stored data that was damaged,
 * or that expands beyond `maxSizeBytes`, is `CORRUPT`; a value beyond `maxSizeBytes` is refused with `TOO_LARGE`.
 */
export function withCompression(options: CompressionOptions = {}): Wrapper {
  const algorithm = requireChoice('withCompression algorithm', options.algorithm ?? 'zstd', compressionNames)
  const min = requireNumber('withCompression minSizeBytes', options.minSizeBytes ?? 1024, { min: 0, whole: true })
  const max = requireNumber('withCompression maxSizeBytes', options.maxSizeBytes ?? 64 * 1024 * 1024, {
    whole: true,
    max: constants.MAX_STRING_LENGTH,
  })

  const encode = (value: JsonObject, at: Address): JsonObject => {
    const text = toJsonText(value)
    // A value that looks like an envelope would be taken for one when it is read, so it always gets one of its own.
    const lookalike = Object.hasOwn(value, dataField)
    if (text.length * 3 < min && !lookalike) return value
    const bytes = Buffer.from(text)
    if (bytes.length > max) throw tooLarge(at, bytes.length, max)
    if (bytes.length < min && !lookalike) return value
    const envelope = {
      [dataField]: algorithms[algorithm].compress(bytes).toString('base64'),
      [algorithmField]: algorithm,
      [versionField]: envelopeVersion,
    }
    return lookalike || JSON.stringify(envelope).length < bytes.length ? envelope : value
  }

  const decode = (stored: JsonObject, at: Address): JsonObject => {
    if (!Object.hasOwn(stored, dataField)) return stored
    const { [dataField]: data, [algorithmField]: name, [versionField]: version } = stored
    if (version !== envelopeVersion || !compressionNames.includes(name as Compression)) {
      throw corrupt(at, 'its envelope is of an unknown version or algorithm')
    }
    const bytes = typeof data === 'string' ? fromBase64(data) : undefined
    if (!bytes) throw corrupt(at, 'its data is not base64')
    const value = parseObject(expand(bytes, name as Compression, at).toString())
    if (!value) throw corrupt(at, 'it holds no JSON object')
    return value
  }

  const expand = (bytes: Buffer, name: Compression, at: Address): Buffer => {
    try {
      return algorithms[name].decompress(bytes, max)
    } catch (cause) {
      const bomb = (cause as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE'
      throw corrupt(at, bomb ? `its data expands beyond ${max} bytes` : 'its data is damaged', cause)
    }
  }

  return (inner) => transformValues(inner, { encode, decode })
}

function tooLarge(at: Address, size: number, max: number): ThreadkeepError {
  return new ThreadkeepError(
    'TOO_LARGE',
    `The value of ${recordName(at)} has ${size} bytes; withCompression reads back at most ${max}. Raise maxSizeBytes ` +
      'for every reader, or store less in one record.',
    { details: { ...at, size, maxSizeBytes: max } },
  )
}

function corrupt(at: Address, why: string, cause?: unknown): ThreadkeepError {
  return new ThreadkeepError('CORRUPT', `The compressed record ${recordName(at)} cannot be read: ${why}.`, {
    details: { ...at },
    cause,
  })
}
