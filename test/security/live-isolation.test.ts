import type { Parsed, TestGateway } from '@threadkeep/gateway/harness'
import { socketClient } from '@threadkeep/gateway/harness'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Persona, Scene } from './isolation/scene.ts'
import { hidden, missing, ofThread, personas, present, setScene, startTenantGateway } from './isolation/scene.ts'

const fields = '__typename cursor ... on MessageEvent { message { content } } ... on MemberEvent { change userId }'
const threadEvents = `subscription ($id: ID!, $after: Cursor) { threadEvents(threadId: $id, after: $after) { ${fields} } }`
const viewerEvents = `subscription { viewerEvents { ${fields} } }`
const owner = { userId: 'owner' }

type Variables = Readonly<Record<string, unknown>>
type Events = AsyncIterator<Parsed>
type Connect = (gateway: TestGateway, token: string, query: string, variables?: Variables) => Events

/** The results of a stream of server-sent events, as the bytes arrive. */
async function* readEvents(
  gateway: TestGateway,
  token: string,
  query: string,
  variables: Variables = {},
): AsyncGenerator<Parsed, void> {
  const controller = new AbortController()
  onTestFinished(() => controller.abort())
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify({ query, variables }),
    signal: controller.signal,
  })
  let rest = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body!) {
    rest += decoder.decode(chunk, { stream: true })
    const parts = rest.split('\n\n')
    rest = parts.pop()!
    for (const part of parts) {
      const data = /^event: next\ndata: (.*)$/.exec(part)?.[1]
      if (data !== undefined) yield JSON.parse(data)
    }
  }
}

/** The results over a socket; an operation that fails as a whole gives its errors as one. */
async function* readSocket(
  gateway: TestGateway,
  token: string,
  query: string,
  variables: Variables = {},
): AsyncGenerator<Parsed, void> {
  const items = socketClient(gateway, token).iterate({ query, variables: { ...variables } })
  try {
    yield* items
  } catch (errors) {
    if (!Array.isArray(errors)) throw errors
    yield { errors }
  }
}

const transports: Readonly<Record<string, Connect>> = { WebSocket: readSocket, 'server-sent events': readEvents }

async function next(events: Events): Promise<Parsed> {
  const { value, done } = await events.next()
  return done ? 'ended' : value
}

/** A thread of the persona's own in which something is said until the stream tells of it. */
async function untilMine({ keep }: Scene, persona: Persona, userId: string, events: Events): Promise<Parsed[]> {
  const actor = { userId }
  const { id } = await keep.threads.create(actor, { title: persona })
  const seen: Parsed[] = []
  const saying = setInterval(() => void keep.messages.append(actor, id, { content: 'mine' }), 20)
  try {
    for (;;) {
      const event = await next(events)
      seen.push(event)
      if (event === 'ended' || event.data?.viewerEvents.message?.content === 'mine') return seen
    }
  } finally {
    clearInterval(saying)
  }
}

describe.each(Object.entries(transports))('over %s', (_name, connect) => {
  test('threadEvents tells members what happens, and everybody else what a thread that never was tells', async () => {
    const gateway = await startTenantGateway()
    for (const persona of personas) {
      const scene = await setScene(gateway)
      const token = await scene.token(persona)
      const ask = (id: string) => next(connect(gateway, token, threadEvents, { id, after: scene.cursor }))
      const heard = await ask(present.thread)
      if (hidden.includes(persona)) {
        expect(heard.errors[0].extensions, persona).toEqual({ code: 'NOT_FOUND' })
        expect(JSON.stringify(heard), persona).toBe(JSON.stringify(await ask(missing.thread)))
      } else expect(heard.data.threadEvents.message.content, persona).toContain(ofThread)
      await scene.keep.close()
    }
  })

  test('viewerEvents tells nobody of threads that are not theirs', async () => {
    const gateway = await startTenantGateway()
    for (const persona of [...hidden, 'admin', 'member'] as const) {
      const scene = await setScene(gateway)
      const events = connect(gateway, await scene.token(persona), viewerEvents)
      const userId = persona.startsWith('foreign') ? 'nobody' : persona
      if (userId === 'nobody') {
        // Nothing of this tenant can reach them: a while of talk has to pass unheard.
        expect(Object.keys((await next(events)).data.viewerEvents)).toEqual(['__typename', 'cursor'])
        const first = next(events)
        for (let i = 0; i < 5; i++) await scene.keep.messages.append(owner, present.thread, { content: ofThread })
        expect(await Promise.race([first, new Promise((resolve) => setTimeout(resolve, 200, 'silence'))])).toBe(
          'silence',
        )
      } else {
        const seeing = untilMine(scene, persona, userId, events)
        for (let i = 0; i < 5; i++) {
          await scene.keep.messages.append(owner, present.thread, { content: ofThread })
          await new Promise((resolve) => setTimeout(resolve, 10))
        }
        const told = JSON.stringify(await seeing)
        if (persona === 'member') expect(told).toContain(ofThread)
        else expect(told, persona).not.toContain(ofThread)
      }
      await scene.keep.close()
    }
  })

  test('a removed member hears of it and of nothing that is said afterwards', async () => {
    const gateway = await startTenantGateway()
    const scene = await setScene(gateway)
    const token = await scene.token('member')
    const one = connect(gateway, token, threadEvents, { id: present.thread, after: scene.cursor })
    const all = connect(gateway, token, viewerEvents)
    expect((await next(one)).data.threadEvents.message.content).toContain(ofThread)
    const told = untilMine(scene, 'member', 'member', all)
    await scene.keep.threads.removeMember(owner, present.thread, 'member')
    for (let i = 0; i < 5; i++)
      await scene.keep.messages.append(owner, present.thread, { content: `after ${ofThread}` })

    const heard = []
    for (let event = await next(one); event !== 'ended'; event = await next(one)) heard.push(event)
    expect(JSON.stringify(heard)).not.toContain(`after ${ofThread}`)
    expect(JSON.stringify(await told)).not.toContain(`after ${ofThread}`)
    await scene.keep.close()
  })
})
