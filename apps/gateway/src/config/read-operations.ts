import { readFile } from 'node:fs/promises'
import { ThreadkeepError } from '@threadkeep/core/store'

/**
 * The documents of `THREADKEEP_OPERATIONS`: files separated by commas, each a document (`.graphql`) or JSON that holds some: a list
 * of texts, or an object of texts as build tools write it. `MISCONFIGURED` names the file that is something else.
 */
export async function readOperations(paths: string): Promise<readonly string[]> {
  const files = paths.split(',').map((path) => path.trim())
  return (await Promise.all(files.map(readFileOfDocuments))).flat()
}

async function readFileOfDocuments(path: string): Promise<readonly string[]> {
  let text: string
  let found: unknown
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw new ThreadkeepError('MISCONFIGURED', `THREADKEEP_OPERATIONS: ${path} cannot be read.`, { cause })
  }
  if (path.endsWith('.graphql')) return [text]
  try {
    found = JSON.parse(text)
  } catch (cause) {
    throw new ThreadkeepError('MISCONFIGURED', `THREADKEEP_OPERATIONS: ${path} is not JSON.`, { cause })
  }
  const documents = typeof found === 'object' && found !== null ? Object.values(found) : []
  if (documents.length > 0 && documents.every((document) => typeof document === 'string')) return documents
  throw new ThreadkeepError(
    'MISCONFIGURED',
    `THREADKEEP_OPERATIONS: ${path} holds a list of documents, ["query …"], or an object of them, {"…": "query …"}.`,
  )
}
