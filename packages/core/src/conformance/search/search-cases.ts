import { changeCases } from './change-cases.ts'
import { filterCases } from './filter-cases.ts'
import { rankCases } from './rank-cases.ts'
import { sameAnswerCases } from './same-answer-cases.ts'
import type { SearchCase } from './search-case.ts'
import { wordCases } from './word-cases.ts'

/** Every sentence of the search contract. Indexes that pass them all give the same answers. */
export const searchCases: readonly SearchCase[] = [
  ...changeCases,
  ...wordCases,
  ...rankCases,
  ...filterCases,
  ...sameAnswerCases,
]
