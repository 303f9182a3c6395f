import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createThreadkeep, memoryStore } from '@threadkeep/core'
import type { Desk } from '../desk.ts'
import { alice, operator } from '../desk.ts'

const day = 86_400_000

/** Everything of a user in one JSON file, and back into another store without loss. */
export async function exportUser({ chat, clock, directory, print }: Desk) {
  const file = join(directory, 'alice-export.json')
  await writeFile(file, chat.transfer.export(alice, { format: 'json' }))
  print('Exported everything of alice to alice-export.json')

  const elsewhere = createThreadkeep({ store: memoryStore({ clock }), clock })
  const report = await elsewhere.transfer.import(operator, createReadStream(file), {
    onProgress: ({ rows, imported }) => print(`  ${imported} of ${rows} rows are in`),
  })
  print(`Imported elsewhere: ${report.threads} threads, ${report.messages} messages, ${report.failed} failed`)
  const threads = (await elsewhere.threads.list(alice, { first: 100 })).items
  await elsewhere.close()
  return { file, report, threads }
}

/** Threads nobody has used for 60 days: first shown, then deleted, except for one that must be kept. */
export async function cleanUp({ chat, clock, print }: Desk, heldThreadId: string) {
  clock.advance(61 * day)
  const fresh = await chat.threads.create(alice, { title: 'A new question' })
  await chat.threads.setLegalHold(operator, heldThreadId, true)

  const plan = await chat.jobs.cleanup(operator, { olderThanDays: 60, userId: 'alice', dryRun: true })
  for (const id of plan.ids) print(`Would delete: ${(await chat.threads.get(alice, id)).title}`)
  const done = await chat.jobs.cleanup(operator, { olderThanDays: 60, userId: 'alice' })
  print(`Deleted ${done.removed} threads, kept ${done.held} on legal hold`)

  // Within the grace of a week the owner can take it back; afterwards it is gone for good.
  const restored = await chat.threads.restore(alice, plan.ids[0]!)
  print(`Restored: ${restored.title}`)
  clock.advance(8 * day)
  const purged = await chat.jobs.purge(operator)
  print(`Purged ${purged.removed} threads`)
  const left = (await chat.threads.list(alice, { first: 100 })).items
  return { fresh, plan, done, restored, purged, left }
}
