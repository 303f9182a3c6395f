import { setTimeout as sleep } from 'node:timers/promises'
import type { Scope } from '@threadkeep/core'
import type { Parsed } from '@threadkeep/gateway/harness'
import { tokenFor } from '@threadkeep/gateway/harness'

/** What is reached under this URL, as long as it is. */
export interface Reachable {
  readonly url: string
}

/** Somebody who knows the cluster only by GraphQL. */
export interface Person {
  readonly id: string
  readonly token: string
  /** Asks one gateway once. Rejects when it cannot be reached, or answers errors. */
  ask(gateway: Reachable, query: string, variables?: Readonly<Record<string, unknown>>): Promise<Parsed>
  /** Asks one gateway after the other, beginning with this one, until there is an answer. For what may be repeated. */
  insist(first: number, query: string, variables?: Readonly<Record<string, unknown>>): Promise<Parsed>
}

const patience = 6_000
const giveUpAfter = 60_000

/** A person who asks these gateways. */
export async function createPerson(
  gateways: readonly Reachable[],
  id: string,
  scopes: readonly Scope[] = [],
): Promise<Person> {
  const token = await tokenFor(id, scopes)
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }

  async function ask(
    { url }: Reachable,
    query: string,
    variables: Readonly<Record<string, unknown>> = {},
  ): Promise<Parsed> {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(patience),
    })
    const { data, errors } = (await response.json()) as Parsed
    if (errors) throw new Error(JSON.stringify(errors), { cause: errors })
    for (const payload of Object.values(data as Parsed) as Parsed[])
      if (payload?.userErrors?.length > 0) throw new Error(JSON.stringify(payload.userErrors))
    return data
  }

  return {
    id,
    token,
    ask,
    async insist(first, query, variables) {
      const giveUpAt = performance.now() + giveUpAfter
      for (let attempt = first; ; attempt++) {
        try {
          return await ask(gateways[attempt % gateways.length]!, query, variables)
        } catch (error) {
          if (performance.now() > giveUpAt) throw new Error(`No gateway answers ${query}`, { cause: error })
          await sleep(50)
        }
      }
    },
  }
}
