import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openStore } from './support/open-store.ts'
import { run } from './support/process.ts'
import { temporaryPath } from './support/temporary-path.ts'

test('kill -9 in the middle of commits loses nothing that was answered and leaves no half of a commit', async () => {
  const path = temporaryPath()
  const answered = new Map<string, number>()
  for (let cycle = 0; cycle < 10; cycle++) {
    const writer = run('append-until-killed.ts', [path])
    await writer.started
    await setTimeout(20 + cycle * 15)
    writer.child.kill('SIGKILL')
    expect(await writer.ended).toBe('SIGKILL')
    for (const line of writer.lines) {
      const [name, n] = line.split(' ') as [string, string]
      answered.set(name, Number(n))
    }

    const db = new DatabaseSync(path)
    expect(db.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
    db.close()
    const store = await openStore({ path })
    for (const [name, n] of answered) {
      const head = (await store.get([{ collection: 'heads', key: name }]))[0]?.value['n'] as number
      const items = await store.list(`items:${name}`, { limit: 10_000 })
      expect(head, 'what was answered is there').toBeGreaterThanOrEqual(n)
      expect(head, 'at most the one commit under way has happened unanswered').toBeLessThanOrEqual(n + 1)
      expect(
        items.map((item) => item.value['n']),
        'without gaps, and exactly as far as the head says',
      ).toEqual(Array.from({ length: head }, (_, index) => index + 1))
      answered.set(name, head)
    }
    await store.close()
  }
  expect(answered.size).toBe(8)
})
