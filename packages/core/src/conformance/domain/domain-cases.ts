import { appendCases } from './append-cases.ts'
import { attachmentCases } from './attachment-cases.ts'
import { changeCases } from './change-cases.ts'
import { countCases } from './count-cases.ts'
import { directCases } from './direct-cases.ts'
import type { DomainCase } from './domain-case.ts'
import { doorCases } from './door-cases.ts'
import { exportCases } from './export-cases.ts'
import { findCases } from './find-cases.ts'
import { forkCases } from './fork-cases.ts'
import { importCases } from './import-cases.ts'
import { importProgressCases } from './import-progress-cases.ts'
import { importRowCases } from './import-row-cases.ts'
import { jobCases } from './job-cases.ts'
import { liveCases } from './live-cases.ts'
import { memberCases } from './member-cases.ts'
import { placeCases } from './place-cases.ts'
import { raceCases } from './race-cases.ts'
import { readCases } from './read-cases.ts'
import { removalCases } from './removal-cases.ts'
import { threadCases } from './thread-cases.ts'
import { transferCases } from './transfer-cases.ts'
import { userCases } from './user-cases.ts'
import { viewerCases } from './viewer-cases.ts'

/** Every sentence of the chat domain. On a store that passes them all, Threadkeep is what its pages say. */
export const domainCases: readonly DomainCase[] = [
  ...userCases,
  ...threadCases,
  ...directCases,
  ...forkCases,
  ...removalCases,
  ...memberCases,
  ...appendCases,
  ...placeCases,
  ...readCases,
  ...changeCases,
  ...attachmentCases,
  ...findCases,
  ...countCases,
  ...liveCases,
  ...viewerCases,
  ...transferCases,
  ...exportCases,
  ...importCases,
  ...importProgressCases,
  ...importRowCases,
  ...jobCases,
  ...raceCases,
  ...doorCases,
]
