import { createThreadkeep, manualClock, memoryStore, stack } from '@threadkeep/core'
import { failAfter, failBefore, withChaos } from '@threadkeep/wrappers'
import { describe, expect, it } from 'vitest'
import { simulate } from './simulation/simulate.ts'

const alice = { userId: 'alice' }
const admin = { userId: 'root', scopes: ['admin'] as const }
/** Other seeds each day, the same ones on each machine that day; `SEED=…` replays. */
const firstSeed = Number(process.env['SEED'] ?? Math.floor(Date.now() / 86_400_000) * 10_000)

describe('on a store that fails, with crashes, two processes and a moving clock', () => {
  it(`every promise holds after healing (1,000 seeds from ${firstSeed})`, { timeout: 240_000 }, async () => {
    let acknowledged = 0
    for (let seed = firstSeed; seed < firstSeed + 1_000; seed++)
      acknowledged += (await simulate(seed, 150)).acknowledged
    expect(acknowledged).toBeGreaterThan(50_000)
  })

  it('every promise holds where every third call fails', { timeout: 120_000 }, async () => {
    for (let seed = firstSeed; seed < firstSeed + 50; seed++) await simulate(seed, 150, { before: 0.17, after: 0.17 })
  })

  it('the check bites: a store that loses a commit is found out', async () => {
    await expect(simulate(firstSeed, 400, { before: 0, after: 0, lose: 0.05 })).rejects.toThrow(`Seed ${firstSeed}`)
  })
})

describe('whichever call of the story fails', () => {
  for (const [name, fault] of [
    ['before it happens', failBefore],
    ['after it happened', failAfter],
  ] as const) {
    it(`${name}: repeating the story ends as if nothing had failed (n = 1…200)`, { timeout: 120_000 }, async () => {
      for (let nth = 1; nth <= 200; nth++) {
        const clock = manualClock()
        const base = memoryStore({ clock })
        const broken = stack(base, [withChaos({ faults: [fault({ nth })] })])
        // The first telling meets the fault somewhere, and stops there; the second one goes through.
        await tell(createThreadkeep({ store: broken, clock, projector: 'manual' })).catch(() => {})
        const threadkeep = createThreadkeep({ store: base, clock, projector: 'manual' })
        await tell(threadkeep)
        const page = await threadkeep.messages.page(alice, 'story', { first: 100 })
        expect(
          page.items.map(({ content }) => content),
          `call ${nth}`,
        ).toEqual(['one', 'two, edited', 'four'])
        expect((await threadkeep.threads.get(alice, 'story')).messageCount, `call ${nth}`).toBe(3)
        expect(await threadkeep.stats.reconcile(admin), `call ${nth}`).toEqual([])
      }
    })
  }
})

async function tell(threadkeep: ReturnType<typeof createThreadkeep>): Promise<void> {
  const { threads, messages, projections } = threadkeep
  await threads.create(alice, { id: 'story', ifExists: 'return', members: [{ userId: 'bob' }] })
  for (const [id, content] of Object.entries({ m1: 'one', m2: 'two', m3: 'three', m4: 'four' })) {
    await messages.append(alice, 'story', { clientId: id, content }).catch((error) => {
      // Deleted by the first telling already.
      if (!(id === 'm3' && error.code === 'NOT_FOUND')) throw error
    })
  }
  const all = await messages.page(alice, 'story', { first: 100 })
  for (const message of all.items) {
    if (message.clientId === 'm2' && message.content === 'two')
      await messages.edit(alice, 'story', message.id, { content: 'two, edited' })
    if (message.clientId === 'm3') await messages.delete(alice, 'story', message.id, { mode: 'hard' })
  }
  await messages.markRead(alice, 'story', { seq: 4 })
  await projections.settle()
}
