import { expect, test } from 'vitest'
import { findChromium, openPage } from './browser.ts'
import { startTestGateway } from './harness.ts'

const chromium = findChromium()
const editor = (place: string) => `document.querySelector('${place} .CodeMirror').CodeMirror`
const query = editor('.graphiql-query-editor')
// With several operations the button asks which one to run; the page looks at the text a moment after it has changed.
const one = `document.querySelector('.graphiql-execute-button:not([aria-haspopup])')`
const answer = `${editor('.graphiql-response')}.getValue()`

test('the page opens in a real browser, loads nothing from elsewhere, and runs a query and a subscription', async ({
  skip,
}) => {
  if (!chromium) return skip('no Chromium on this machine: install the package `chromium`, or name one in CHROMIUM')
  const gateway = await startTestGateway({ graphiql: true })
  const alice = await gateway.person('alice')
  const thread = await gateway.keep.threads.create({ userId: 'alice' }, { title: 'Seen in a browser' })

  const page = await openPage(chromium, `${gateway.url}/graphql#token=${alice.token}`)
  await page.until(`document.querySelector('.graphiql-execute-button') && document.querySelector('.CodeMirror')`)
  expect(await page.run('location.href')).toBe(`${gateway.url}/graphql`)

  await page.run(`${query}.setValue('{ threads { nodes { title } } }')`)
  await page.until(one)
  await page.run(`${one}.click()`)
  await page.until(`${answer}.includes('Seen in a browser')`)

  const subscription = `subscription { threadEvents(threadId: "${thread.id}") { ... on MessageEvent { message { content } } } }`
  await page.run(`${query}.setValue(${JSON.stringify(subscription)})`)
  await page.until(`${query}.getValue().startsWith('subscription')`)
  await new Promise((resolve) => setTimeout(resolve, 500))
  await page.run(`${one}.click()`)
  await page.until(`document.querySelector('.graphiql-execute-button[aria-label^="Stop"]')`)
  for (let i = 1; i <= 50 && !(await page.run<string>(answer)).includes('live'); i++) {
    await gateway.keep.messages.append({ userId: 'alice' }, thread.id, { content: `live ${i}` })
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await page.until(`${answer}.includes('live')`)

  const elsewhere = page.requested.filter((url) => !url.startsWith(gateway.url) && !url.startsWith('data:'))
  expect(elsewhere).toEqual([])
  expect(page.complaints).toEqual([])
  // The schema has come too: the page completes names.
  expect(page.requested.filter((url) => url === `${gateway.url}/graphql`).length).toBeGreaterThan(2)
})

test('without a browser there is no page, and where it is switched off there is none either', async () => {
  const headers = { accept: 'text/html' }
  const open = await startTestGateway({ graphiql: true })
  const shut = await startTestGateway()
  const page = await fetch(`${open.url}/graphql`, { headers })
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(await page.text()).not.toMatch(/https?:\/\//)
  expect((await fetch(`${open.url}/graphql`)).status).toBe(401)
  expect((await fetch(`${open.url}/`, { headers })).url).toBe(`${open.url}/graphql`)
  expect(await (await fetch(`${open.url}/`, { redirect: 'manual' })).text()).toBe('GraphQL lives at /graphql.\n')
  expect((await fetch(`${shut.url}/`, { headers })).status).toBe(404)
  expect((await fetch(`${shut.url}/graphql`, { headers })).status).toBe(401)
  expect((await fetch(`${shut.url}/graphiql/page.js`)).status).toBe(404)
  expect((await fetch(`${open.url}/graphiql/../main.js`)).status).toBe(404)
})
