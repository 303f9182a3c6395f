import { defineConfig } from 'vitest/config'

export default defineConfig({
  // graphql must be one module: without the alias its ESM and CommonJS builds load side by side.
  resolve: {
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
    conditions: ['threadkeep-source', 'module', 'node', 'development|production'],
  },
  ssr: { resolve: { conditions: ['threadkeep-source', 'module', 'node', 'development|production'] } },
  test: {
    include: [
      'packages/*/{src,test}/**/*.test.ts',
      'apps/*/{src,test}/**/*.test.ts',
      'examples/*/**/*.test.ts',
      'test/**/*.test.ts',
      'bench/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/dist/**', '**/*.long.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
  },
})
