import { defineConfig } from 'vitest/config'
import { summaryReporter } from './test/support/summary-reporter.ts'

// Tests run from sources: no build comes before them.
const conditions = ['threadkeep-source', 'module', 'node', 'development|production']

export default defineConfig({
  resolve: {
    // graphql must be one module: without the alias its ESM and CommonJS builds load side by side.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
    conditions,
  },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      'packages/*/{src,test}/**/*.test.ts',
      'apps/*/{src,test}/**/*.test.ts',
      'examples/*/**/*.test.ts',
      'test/**/*.test.ts',
      'bench/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/dist/**', '**/*.long.test.ts'],
    reporters: ['default', summaryReporter()],
    // What a passing test prints helps nobody.
    silent: 'passed-only',
    globalSetup: ['test/support/services/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      // Conformance cases are tests that are published: what they run counts, they themselves do not.
      exclude: ['**/*.test.ts', 'packages/core/src/conformance/**'],
      reporter: [['text', { skipFull: true }], 'html', 'json-summary'],
      thresholds: {
        'packages/core/src/**': { branches: 95 },
        // Each store for itself: a good one does not make up for another.
        'packages/store-sqlite/src/**': { branches: 90 },
        'packages/store-redis/src/**': { branches: 90 },
        'packages/store-mongo/src/**': { branches: 90 },
        'packages/store-postgres/src/**': { branches: 90 },
        'packages/wrappers/src/**': { branches: 90 },
        'packages/adapters/src/**': { branches: 90 },
        'packages/client/src/**': { branches: 90 },
        'packages/events-*/src/**': { branches: 90 },
      },
    },
  },
})
