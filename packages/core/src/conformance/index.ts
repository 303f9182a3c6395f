export type { ConformanceCase, StoreFixture } from './conformance-case.ts'
export { storeCases } from './store-cases.ts'
export { wrapperLaws } from './wrapper-laws.ts'
