// Appends to its own series until it is killed: `append-until-killed.ts PATH`. Prints `<writer> <n>` after each answered commit.
import { writeSync } from 'node:fs'
import { systemClock } from '@threadkeep/core/store'
import { sqliteStore } from '../../src/index.ts'

const store = await sqliteStore({ path: process.argv[2]!, clock: systemClock })

async function append(writer: string): Promise<never> {
  const head = { collection: 'heads', key: writer }
  for (;;) {
    const [entry] = await store.get([head])
    const n = ((entry?.value['n'] as number | undefined) ?? 0) + 1
    const result = await store.commit([
      { type: 'check', at: head, version: entry?.version ?? null },
      { type: 'put', at: head, value: { n } },
      {
        type: 'put',
        at: { collection: `items:${writer}`, key: String(n).padStart(9, '0') },
        value: { n, pad: 'x'.repeat(n % 700) },
      },
    ])
    if (!result.ok) throw new Error(`${writer} has no rival, yet met a conflict.`)
    // Synchronous, so that what was answered has been told before the process can be killed.
    writeSync(1, `${writer} ${n}\n`)
  }
}

await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(append))
