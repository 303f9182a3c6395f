import { commitCases } from './commit-cases.ts'
import { concurrencyCases } from './concurrency-cases.ts'
import type { ConformanceCase } from './conformance-case.ts'
import { expiryCases } from './expiry-cases.ts'
import { getCases } from './get-cases.ts'
import { lifecycleCases } from './lifecycle-cases.ts'
import { listCases } from './list-cases.ts'
import { optionalCases } from './optional-cases.ts'
import { refusalCases } from './refusal-cases.ts'
import { valueCases } from './value-cases.ts'

/** Every sentence of the storage contract. A store that passes them all may stand under everything else. */
export const storeCases: readonly ConformanceCase[] = [
  ...lifecycleCases,
  ...getCases,
  ...listCases,
  ...commitCases,
  ...concurrencyCases,
  ...expiryCases,
  ...valueCases,
  ...refusalCases,
  ...optionalCases,
]
