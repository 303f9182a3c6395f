import type { Address, Clock, JsonObject } from '@threadkeep/core/store'
import { assertName, ThreadkeepError, toJsonText } from '@threadkeep/core/store'
import { fromBase64 } from '../base64.ts'
import { requireThat } from '../options.ts'
import { parseObject } from '../parse-object.ts'
import { recordName } from '../record-name.ts'
import type { AesKey } from './aes-gcm.ts'
import { aesKey, associatedData } from './aes-gcm.ts'
import type { Fernet } from './fernet.ts'
import { fernet } from './fernet.ts'
import type { KeyMaterial } from './keys.ts'
import { parseKey } from './keys.ts'

/** The keys, and what they are bound to. Give the same options to every reader, writer and rotation. */
export interface EncryptionOptions {
  /** AES-256-GCM keys by id. Records name the key they were sealed with, so old keys stay until `rotate` is through. */
  readonly keys?: Readonly<Record<string, KeyMaterial>>
  /** Id of the key that seals. Default: the only key. */
  readonly current?: string
  /** Fernet keys, as py-key-value uses them. With `keys` they only read; alone, the first one seals. */
  readonly fernet?: KeyMaterial | readonly KeyMaterial[]
  /** Binds every record to this name too: it opens for the same tenant only. Needs `keys`. */
  readonly tenant?: string
  /** Whether a record that is stored in the clear is refused. Default true; false only until `rotate` is through. */
  readonly strict?: boolean
  readonly clock?: Clock
}

/** Seals values into envelopes and opens them, each for one address only. */
export interface RecordCipher {
  seal(value: JsonObject, at: Address): JsonObject
  /** Throws `DECRYPTION_FAILED` for whatever was not sealed for this address with one of the keys. */
  open(stored: JsonObject, at: Address): JsonObject
  /** Whether what is stored is sealed with the key that seals now. */
  isCurrent(stored: JsonObject): boolean
}

// Two names and the first version are py-key-value's; it refuses the second version as newer than it knows.
const dataField = '__encrypted_data__'
const versionField = '__encryption_version__'
const keyField = '__encryption_key__'
const fernetVersion = 1
const aesVersion = 2

/** The cipher that the options describe; contradictions and bad keys are refused with `MISCONFIGURED`. */
export function createRecordCipher(options: EncryptionOptions): RecordCipher {
  const { tenant, clock } = options
  // Only the word itself opens the door, not whatever an unset setting may hold.
  const lenient = options.strict === false
  const tokens = options.fernet === undefined ? undefined : fernet(options.fernet, clock && { clock })
  const ring = new Map<string, AesKey>()
  for (const [id, material] of Object.entries(options.keys ?? {})) {
    requireThat('withEncryption keys', () => assertName(id, 'key'))
    ring.set(id, aesKey(parseKey(`withEncryption key ${JSON.stringify(id)}`, material)))
  }
  // An empty name, as an unset setting gives it, would bind to nothing without a word.
  if (tenant !== undefined) requireThat('withEncryption tenant', () => assertName(tenant, 'collection'))
  const current = currentKey(ring, options.current)
  if (!current && !tokens) throw misconfigured('needs `keys` or `fernet`. Make a key once with generateKey().')
  if (!current && tenant !== undefined) throw misconfigured('cannot bind Fernet tokens to a `tenant`; use `keys`.')

  const bind = (id: string, at: Address): Buffer =>
    associatedData(['threadkeep record', id, tenant ?? '', at.collection, at.key])

  const openAes = (stored: JsonObject, at: Address): string | undefined => {
    const { [dataField]: data, [keyField]: id } = stored
    if (typeof data !== 'string' || typeof id !== 'string') return undefined
    const key = ring.get(id)
    if (!key)
      throw failed(at, `it was sealed with the key ${JSON.stringify(id.slice(0, 80))}, which is not in \`keys\``)
    const sealed = fromBase64(data)
    return sealed && key.open(sealed, bind(id, at))
  }

  const openFernet = (stored: JsonObject, at: Address): string | undefined => {
    if (!tokens) throw failed(at, 'it is a Fernet token, and no `fernet` keys are given')
    const token = fernetToken(stored)
    return token === undefined ? undefined : decryptOrUndefined(tokens, token)
  }

  return {
    seal(value, at) {
      const text = toJsonText(value)
      if (current) {
        const data = current.key.seal(text, bind(current.id, at)).toString('base64')
        return { [dataField]: data, [versionField]: aesVersion, [keyField]: current.id }
      }
      return { [dataField]: Buffer.from(tokens!.encrypt(text)).toString('base64'), [versionField]: fernetVersion }
    },
    open(stored, at) {
      if (!Object.hasOwn(stored, dataField)) {
        if (lenient) return stored
        throw failed(at, 'it is stored in the clear. Set `strict: false` until `rotate` has sealed what is older')
      }
      const version = stored[versionField]
      if (version !== aesVersion && version !== fernetVersion) throw failed(at, 'its envelope is of an unknown version')
      const text = version === aesVersion ? openAes(stored, at) : openFernet(stored, at)
      const value = text === undefined ? undefined : parseObject(text)
      if (!value) throw failed(at, 'it was damaged, moved from another record, or sealed with another key')
      return value
    },
    isCurrent(stored) {
      const version = Object.hasOwn(stored, dataField) ? stored[versionField] : undefined
      if (current) return version === aesVersion && stored[keyField] === current.id
      const token = version === fernetVersion ? fernetToken(stored) : undefined
      return token !== undefined && tokens!.isCurrent(token)
    },
  }
}

function currentKey(ring: ReadonlyMap<string, AesKey>, chosen: string | undefined) {
  if (ring.size === 0 && chosen === undefined) return undefined
  if (ring.size > 1 && chosen === undefined) {
    throw misconfigured('has several `keys`: say with `current` which of them seals.')
  }
  const id = chosen ?? [...ring.keys()][0]!
  const key = ring.get(id)
  if (!key) throw misconfigured(`\`current\` ${JSON.stringify(id)} is none of its \`keys\`.`)
  return { id, key }
}

/** The token inside py-key-value's envelope, which wraps it in base64 once more. */
function fernetToken(stored: JsonObject): string | undefined {
  const data = stored[dataField]
  return typeof data === 'string' ? fromBase64(data)?.toString('latin1') : undefined
}

function decryptOrUndefined(tokens: Fernet, token: string): string | undefined {
  try {
    return tokens.decrypt(token).toString()
  } catch {
    return undefined
  }
}

function failed(at: Address, why: string): ThreadkeepError {
  return new ThreadkeepError('DECRYPTION_FAILED', `The record ${recordName(at)} cannot be opened: ${why}.`, {
    details: { collection: at.collection, key: at.key },
  })
}

function misconfigured(why: string): ThreadkeepError {
  return new ThreadkeepError('MISCONFIGURED', `withEncryption ${why}`)
}
