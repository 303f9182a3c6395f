// The process of one bench: `run-one.ts <file>`. Results go to standard output, one line of JSON each; the rest to standard error.
import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'
import { usedServers } from '@threadkeep/test-support/services'
import type { Bench } from './bench.ts'
import { SkipBench } from './bench.ts'
import { measure } from './compare.ts'
import { showProgress } from './progress.ts'
import type { Result, Skipped } from './result.ts'

const file = process.argv[2] ?? ''
const name = basename(file, '.bench.ts')
const progress = showProgress()
const print = (line: Result | Skipped) => process.stdout.write(`${JSON.stringify(line)}\n`)

const { default: bench } = (await import(pathToFileURL(file).href)) as { default: Bench }
try {
  await bench.run({
    async compare(comparison) {
      const result = await measure({ bench: name, ...comparison }, progress.show)
      progress.clear()
      const servers = usedServers()
      print(servers.length === 0 ? result : { ...result, servers })
    },
    skip(why) {
      throw new SkipBench(why)
    },
    progress: (text) => progress.show(`${name}: ${text}`),
  })
} catch (error) {
  if (!(error instanceof SkipBench)) throw error
  print({ bench: name, skipped: error.message })
} finally {
  progress.clear()
}
// A bench that forgot to close something must not keep the others waiting.
process.exit(0)
