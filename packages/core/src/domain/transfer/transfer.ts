import type { Context } from '../kernel/context.ts'
import type { Door } from '../kernel/door.ts'
import type { ThreadReader } from '../kernel/thread-reader.ts'
import type { ThreadWriter } from '../kernel/thread-writer.ts'
import type { Kinds } from '../messages/kinds.ts'
import { createExport } from './export.ts'
import { createImport } from './import.ts'
import { createRowWriter } from './row-writer.ts'
import type { Transfer } from './transfer.types.ts'

/** Export and import of a context. */
export function createTransfer(
  context: Context,
  door: Door,
  reader: ThreadReader,
  writer: ThreadWriter,
  kinds: Kinds,
): Transfer {
  const transfer: Transfer = {
    export: createExport(context, door, reader, kinds),
    import: createImport(context, createRowWriter(context, reader, writer)),
  }
  return door.guard(transfer, { streams: ['export'] })
}
