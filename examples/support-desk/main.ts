// A support desk in a folder of its own: SUPPORT_DESK_DIR, or a temporary one that is left for you to look into.
import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualClock } from '@threadkeep/core'
import { runSupportDesk } from './support-desk.ts'

const chosen = process.env['SUPPORT_DESK_DIR']
if (chosen) await mkdir(chosen, { recursive: true })
const directory = chosen || (await mkdtemp(join(tmpdir(), 'support-desk-')))
await runSupportDesk({ directory, clock: manualClock(Date.now()), print: console.log })
console.log(`\nEverything is in ${join(directory, 'support-desk.db')}`)
