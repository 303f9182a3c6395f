// Counts a shared counter up by check and put: `count-up.ts PATH TIMES`. Prints the version of each commit.
import { sqliteStore } from '../../src/index.ts'

const store = await sqliteStore({ path: process.argv[2]! })
const at = { collection: 'c', key: 'counter' }
const versions: string[] = []

async function count(times: number): Promise<void> {
  for (let done = 0; done < times; ) {
    const [entry] = await store.get([at])
    const result = await store.commit([
      { type: 'check', at, version: entry?.version ?? null },
      { type: 'put', at, value: { n: ((entry?.value['n'] as number | undefined) ?? 0) + 1 } },
    ])
    if (!result.ok) continue
    done++
    versions.push(result.version)
  }
}

const times = Number(process.argv[3])
await Promise.all([count(times / 4), count(times / 4), count(times / 4), count(times / 4)])
await store.close()
console.log(versions.join('\n'))
