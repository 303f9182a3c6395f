import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { startTestGateway } from './harness.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
/** Each operation of the tour with the answer printed behind it. */
const steps = [...readme.matchAll(/```graphql\n(.*?)```\s+```json\n(.*?)```/gs)].map(([, operation, answer]) => ({
  operation: operation!,
  answer: JSON.parse(answer!) as unknown,
}))

it('every operation of the README is answered as printed', async () => {
  expect(steps.length).toBeGreaterThan(6)
  const gateway = await startTestGateway()
  const ada = await gateway.person('ada')
  for (const { operation, answer } of steps) {
    if (operation.startsWith('mutation')) expect((await ada.ask(operation)).data).toEqual(answer)
    // Search and statistics follow a moment later.
    else await expect.poll(async () => (await ada.ask(operation)).data, { timeout: 5_000 }).toEqual(answer)
  }
})
