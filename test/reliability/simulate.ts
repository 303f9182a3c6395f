// npm run sim -- --seed N [--steps N] [--seeds N]: replays one seed, or plays many from it on.
import { parseArgs } from 'node:util'
import { simulate } from './simulation/simulate.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    steps: { type: 'string', default: '10000' },
    seeds: { type: 'string', default: '1' },
  },
})
const [first, steps, seeds] = [Number(values.seed), Number(values.steps), Number(values.seeds)]
let acknowledged = 0
for (let seed = first; seed < first + seeds; seed++) {
  const outcome = await simulate(seed, steps)
  acknowledged += outcome.acknowledged
  if (seeds === 1) console.log(outcome)
  else if ((seed - first + 1) % 100 === 0)
    console.log(`${seed - first + 1} seeds, ${acknowledged} messages acknowledged`)
}
console.log(`${seeds} seeds of ${steps} steps: every promise held`)
process.exit(0)
