// Replays one seed of the simulation, or plays many from it on.
import { parseArgs } from 'node:util'
import { readArguments } from '@threadkeep/test-support/read-arguments'
import { simulate } from './simulation/simulate.ts'

const usage = 'npm run sim -- [--seed N] [--steps N] [--seeds N]'
const { first, steps, seeds } = readArguments(usage, () => {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      steps: { type: 'string', default: '10000' },
      seeds: { type: 'string', default: '1' },
    },
  })
  // A run that plays nothing must not say that every promise held.
  const whole = (name: keyof typeof values, least: number): number => {
    if (/^\d{1,9}$/.test(values[name]) && Number(values[name]) >= least) return Number(values[name])
    throw new Error(`--${name} is a whole number from ${least} to 999999999`)
  }
  return { first: whole('seed', 0), steps: whole('steps', 1), seeds: whole('seeds', 1) }
})

let acknowledged = 0
for (let seed = first; seed < first + seeds; seed++) {
  const outcome = await simulate(seed, steps)
  acknowledged += outcome.acknowledged
  if (seeds === 1) console.log(outcome)
  else if ((seed - first + 1) % 100 === 0)
    console.log(`${seed - first + 1} seeds, ${acknowledged} messages acknowledged`)
}
console.log(`${seeds === 1 ? `Seed ${first}` : `${seeds} seeds`}, ${steps} steps: every promise held.`)
process.exit(0)
