import { DatabaseSync } from 'node:sqlite'

/** Plain SQL on the file of a chat, beside the program that writes it: `v_messages` and the other views are made for this. */
export function queryFile(path: string, sql: string, ...values: readonly string[]): readonly Record<string, unknown>[] {
  const file = new DatabaseSync(path, { readOnly: true })
  try {
    return file.prepare(sql).all(...values)
  } finally {
    file.close()
  }
}
