import { expect, test } from 'vitest'
import { startTestGateway } from '../../test/harness.ts'
import { startThread } from '../../test/talk.ts'

const run = `mutation ($input: RunJobInput!) {
  runJob(input: $input) { report { job dryRun removed ids } userErrors { code message } }
}`

test('jobs run when an admin asks, say what they did, and their runs are kept', async () => {
  const gateway = await startTestGateway()
  const [admin, alice] = [await gateway.person('root', ['admin']), await gateway.person('alice')]
  await startThread(alice, { says: ['one'] })
  for (const job of ['EXPIRY', 'PURGE']) {
    const { runJob } = await admin.get(run, { input: { job, dryRun: true } })
    expect(runJob).toEqual({ report: { job, dryRun: true, removed: 0, ids: [] }, userErrors: [] })
  }
  const { runJob } = await admin.get(run, { input: { job: 'CLEANUP', olderThanDays: 60, userId: 'alice' } })
  expect(runJob.report).toEqual({ job: 'CLEANUP', dryRun: false, removed: 0, ids: [] })
  const { jobRuns } = await admin.get('{ jobRuns(job: CLEANUP, limit: 5) { job examined held startedAt } }')
  expect(jobRuns).toMatchObject([{ job: 'CLEANUP', held: 0 }])
})

test('a clean-up without a number of days is refused, and so is everyone without the scope', async () => {
  const gateway = await startTestGateway()
  const [admin, alice] = [await gateway.person('root', ['admin']), await gateway.person('alice')]
  expect((await admin.get(run, { input: { job: 'CLEANUP' } })).runJob.userErrors).toMatchObject([{ code: 'INVALID' }])
  expect((await alice.ask(run, { input: { job: 'EXPIRY' } })).errors?.[0]?.extensions['code']).toBe('FORBIDDEN')
  expect((await alice.ask('{ jobRuns { job } }')).errors?.[0]?.extensions['code']).toBe('FORBIDDEN')
})
