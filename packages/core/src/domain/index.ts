export type { Threadkeep, ThreadkeepOptions } from './create-threadkeep.ts'
export { createThreadkeep } from './create-threadkeep.ts'
