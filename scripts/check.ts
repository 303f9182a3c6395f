// npm run check [-- STEP…]: everything that can be judged without running the code.
import { dirname } from 'node:path'
import { changesetFaults } from './check/changesets.ts'
import { failuresOf } from './check/command.ts'
import { importFaults } from './check/floors.ts'
import { publishFaults } from './check/publish.ts'
import { readmeFaults } from './check/readme-code.ts'
import { uncheckedFolders } from './check/type-coverage.ts'

/** One thing to check; it answers what is wrong, one text each. */
interface Step {
  readonly name: string
  run(): Promise<readonly string[]> | readonly string[]
}

const root = dirname(import.meta.dirname)
const turbo = (task: string) =>
  failuresOf('turbo', ['run', task, '--output-logs=errors-only', '--log-prefix=none', '--continue'])

const steps: readonly Step[] = [
  { name: 'types', run: types },
  { name: 'format', run: () => failuresOf('biome', ['ci', '.', '--colors=off', '--error-on-warnings']) },
  { name: 'promises', run: () => failuresOf('oxlint', ['.']) },
  { name: 'imports', run: () => importFaults(root) },
  { name: 'readme', run: () => readmeFaults(root) },
  { name: 'unused', run: () => failuresOf('knip', ['--no-progress', '--no-config-hints']) },
  { name: 'build', run: () => turbo('build') },
  { name: 'publish', run: () => publishFaults(root) },
  { name: 'release', run: () => changesetFaults(root) },
]

process.chdir(root)
process.exitCode = await check(process.argv.slice(2))

async function types(): Promise<readonly string[]> {
  return [...uncheckedFolders(root), ...(await turbo('typecheck')), ...(await failuresOf('tsc', ['-p', '.']))]
}

async function check(wanted: readonly string[]): Promise<number> {
  const unknown = wanted.filter((name) => !steps.some((step) => step.name === name))
  if (unknown.length > 0) {
    console.error(`No step named ${unknown.join(', ')}. There are: ${steps.map((step) => step.name).join(', ')}`)
    return 2
  }
  const failed: string[] = []
  for (const step of steps.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    const start = performance.now()
    const faults = await step.run()
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    console.log(`${faults.length === 0 ? 'ok    ' : 'FAILED'} ${step.name.padEnd(9)} ${seconds.padStart(5)} s`)
    for (const fault of faults) failed.push(`--- ${step.name}\n${fault}`)
  }
  for (const text of failed) console.error(`\n${text}`)
  return failed.length === 0 ? 0 : 1
}
