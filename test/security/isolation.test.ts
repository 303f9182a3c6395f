import type { TestGateway } from '@threadkeep/gateway/harness'
import { startTestGateway } from '@threadkeep/gateway/harness'
import { describe, expect, test } from 'vitest'
import type { Call } from './isolation/calls.ts'
import { mutations } from './isolation/mutations.ts'
import { queries } from './isolation/queries.ts'
import type { Ids, Persona } from './isolation/scene.ts'
import {
  hidden,
  missing,
  ofTenantOnly,
  ofThread,
  personas,
  present,
  setScene,
  startTenantGateway,
} from './isolation/scene.ts'

interface Heard {
  readonly status: number
  readonly text: string
}

/** Calls in a scene of its own, so that nothing an earlier call did shows. */
async function callIn(gateway: TestGateway, persona: Persona, { document, variables }: Call, ids: Ids): Promise<Heard> {
  const scene = await setScene(gateway)
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await scene.token(persona)}` },
    body: JSON.stringify({ query: document, variables: variables?.(ids) ?? {} }),
  })
  const heard = { status: response.status, text: await response.text() }
  await scene.keep.close()
  return heard
}

/** `ok`, or the code of what went wrong. */
function outcome({ text }: Heard): string {
  const { data, errors } = JSON.parse(text)
  if (errors) return errors[0].extensions.code
  const [payload] = Object.values<{ userErrors?: { code: string }[] } | null>(data)
  return payload?.userErrors?.[0]?.code ?? 'ok'
}

/** The answer without the ids that the caller gave. */
function withoutIds({ status, text }: Heard): string {
  return `${status} ${text.replaceAll(/(present|missing)-(?=thread|message|attachment|loose|user)/g, '')}`
}

/** For those in the thread only what it does not hold is missing. */
const missingInside: Ids = { ...missing, thread: present.thread }

test('every operation of the schema is in the table, and nothing else', async () => {
  const gateway = await startTestGateway()
  const { get } = await gateway.person('someone')
  const fields = '{ fields { name } }'
  const { __schema: schema } = await get(
    `{ __schema { queryType ${fields} mutationType ${fields} subscriptionType ${fields} } }`,
  )
  const names = (type: { readonly fields: readonly { readonly name: string }[] }) =>
    type.fields.map(({ name }) => name).sort()
  expect(Object.keys(queries).sort()).toEqual(names(schema.queryType))
  expect(Object.keys(mutations).sort()).toEqual(names(schema.mutationType))
  // Tried in `live-isolation.test.ts`.
  expect(names(schema.subscriptionType)).toEqual(['threadEvents', 'viewerEvents'])
})

describe.each(Object.entries({ ...queries, ...mutations }))('%s', (_name, calls) => {
  test('answers everybody what is theirs; what is foreign or lost answers as what never was', async () => {
    const gateway = await startTenantGateway()
    const outcomes: Record<string, string>[] = []
    for (const call of calls) {
      const heard: Record<string, string> = {}
      for (const persona of personas) {
        const answer = await callIn(gateway, persona, call, present)
        heard[persona] = outcome(answer)
        const foreign = persona === 'foreign' || persona === 'foreignAdmin'
        const outside = hidden.includes(persona)
        if (outside) expect(answer.text, persona).not.toContain(ofThread)
        else if (call.shows) expect(answer.text, persona).toContain(call.shows)
        if (foreign) expect(answer.text, persona).not.toContain(ofTenantOnly)
        if (foreign || heard[persona] === 'NOT_FOUND') {
          const other = await callIn(gateway, persona, call, outside ? missing : missingInside)
          expect(withoutIds(answer), persona).toBe(withoutIds(other))
        }
      }
      outcomes.push(heard)
    }
    expect(outcomes).toEqual(calls.map(({ answers }) => answers))
    expect(gateway.reports).toEqual([])
  })
})
