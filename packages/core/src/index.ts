export * from './domain/index.ts'
export * from './memory/index.ts'
export * from './ports/index.ts'
export * from './store/index.ts'
