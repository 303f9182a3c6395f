import { relative } from 'node:path'
import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node'
import { describeServices, runDirectoryVariable } from './services/run-directory.ts'

/** What a run came to. A suite or file that broke outside of its tests counts as one failure. */
export interface Summary {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/**
 * Ends a run with the tests that were skipped and why, the real servers it talked to, and exactly one last line
 * `N passed, N failed, N skipped`, which never says `0 failed` when a test, a suite or a stray promise failed.
 */
export function summaryReporter(print: (line: string) => void = console.log): Reporter {
  let vitest: Vitest | undefined
  let last: string | undefined
  return {
    onInit(instance) {
      vitest = instance
      // At the very end, so that neither coverage nor a warning while closing comes after it.
      if (!instance.config.watch) process.once('exit', () => last && print(last))
    },
    onTestRunEnd(modules, unhandledErrors) {
      if (!vitest?.config.testNamePattern) for (const line of skippedLines(modules)) print(line)
      const runDirectory = process.env[runDirectoryVariable]
      if (runDirectory) for (const line of describeServices(runDirectory)) print(line)
      const { passed, failed, skipped } = summarize(modules)
      last = `${passed} passed, ${failed + unhandledErrors.length} failed, ${skipped} skipped`
      if (vitest?.config.watch) print(last)
    },
  }
}

/** Counts the tests of a run. */
export function summarize(modules: readonly TestModule[]): Summary {
  const summary = { passed: 0, failed: 0, skipped: 0 }
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      // A test that is still pending when the run has ended did not pass.
      summary[state === 'pending' ? 'failed' : state]++
    }
    for (const suite of [module, ...module.children.allSuites()]) {
      if (suite.errors().length > 0) summary.failed++
    }
  }
  return summary
}

/** One line for each group of tests that were skipped for the same reason in the same place. */
function skippedLines(modules: readonly TestModule[]): string[] {
  const groups = new Map<string, number>()
  for (const module of modules) {
    for (const test of module.children.allTests('skipped')) {
      const group = `${placeOf(test)}${reasonOf(test)}`
      groups.set(group, (groups.get(group) ?? 0) + 1)
    }
  }
  return [...groups].map(([group, count]) => `SKIPPED ${count} in ${group}`)
}

/** The file and the outermost suite in which nothing ran, or the test itself. */
function placeOf(test: TestCase): string {
  let place: TestCase | TestSuite = test
  while (place.parent.type === 'suite' && place.parent.state() === 'skipped') place = place.parent
  return `${relative(process.cwd(), test.module.moduleId)} > ${place.fullName}`
}

function reasonOf(test: TestCase): string {
  const result = test.result()
  if (result.state === 'skipped' && result.note) return `: ${result.note}`
  return test.options.mode === 'todo' ? ': todo' : ''
}
