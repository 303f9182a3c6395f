import { defineConfig } from 'vitest/config'
import base from './vitest.config.ts'

/** The long versions of the reliability and simulation suites: minutes to hours, `npm run test:long`. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['{packages,apps,examples}/*/**/*.long.test.ts', 'test/**/*.long.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 3_600_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
})
