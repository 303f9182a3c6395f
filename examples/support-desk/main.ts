// A support desk in a folder of its own: SUPPORT_DESK_DIR, or a temporary one that is left for you to look into.
import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualClock } from '@threadkeep/core'
import { runSupportDesk } from './support-desk.ts'

try {
  const chosen = process.env['SUPPORT_DESK_DIR']
  if (chosen) await mkdir(chosen, { recursive: true })
  const directory = chosen || (await mkdtemp(join(tmpdir(), 'support-desk-')))
  await runSupportDesk({ directory, clock: manualClock(Date.now()), print: console.log })
  console.log(`\nEverything is in ${join(directory, 'support-desk.db')}`)
} catch (error) {
  // What is set wrongly, or not running, says so in a sentence; anything else is a fault, and shows where.
  const { code, message } = error as { readonly code?: string; readonly message: string }
  console.error(
    code === undefined
      ? error
      : `${message}\nSUPPORT_DESK_DIR names a folder that this program may write to: see README.md.`,
  )
  process.exit(1)
}
