import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
const fixtures = join(import.meta.dirname, 'fixtures')

test('a run ends with one line that counts, after the reasons for what was skipped', () => {
  const { stdout, status } = spawnSync(process.execPath, [vitest, 'run', '--root', fixtures], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  })
  const lines = stdout.trimEnd().split('\n')
  expect(lines.at(-1)).toBe('1 passed, 2 failed, 5 skipped')
  expect(lines.filter((line) => line.endsWith(' skipped'))).toHaveLength(1)
  expect(stdout).toMatch(/SKIPPED 1 in .*outcomes.fixture.ts > skips with a reason: no such server here/)
  expect(stdout).toMatch(/SKIPPED 2 in .*outcomes.fixture.ts > a whole suite \(no server\)\n/)
  expect(status).toBe(1)
})
