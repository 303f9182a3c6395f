import { isThreadkeepError } from '@threadkeep/core/store'
import { Field, InterfaceType, ObjectType } from 'type-graphql'
import { expectedFailures } from './expected-failures.ts'

/** An expected failure of a mutation: something the user can mend. */
@ObjectType({ simpleResolvers: true, description: 'An expected failure: something the user can mend.' })
export class UserError {
  @Field(() => String, { description: 'Stable and for programs: `THREAD_LOCKED`, `INVALID_CONTENT` …' })
  code!: string

  @Field(() => String, { description: 'For people: says what to do next.' })
  message!: string
}

/** What every mutation answers beside its own fields. */
@InterfaceType('Payload', { description: 'The answer of a mutation.' })
export abstract class Payload {
  @Field(() => [UserError], {
    simple: true,
    description: 'Expected failures; empty when the mutation was done. The other fields are null when it was not.',
  })
  userErrors!: UserError[]
}

/**
 * Runs a mutation: what it answers becomes the payload, expected failures become its `userErrors`, and everything else is thrown on.
 */
export async function payload<T extends object>(
  run: () => Promise<T>,
): Promise<Partial<T> & { readonly userErrors: UserError[] }> {
  try {
    return { ...(await run()), userErrors: [] }
  } catch (error) {
    if (!isThreadkeepError(error) || !expectedFailures.has(error.code)) throw error
    return { userErrors: [{ code: error.code, message: error.message }] } as Partial<T> & { userErrors: UserError[] }
  }
}
