import type { GraphQLFormattedError } from 'graphql'
import { GraphQLError } from 'graphql'

/** An error that is already what the client shall see, for libraries that want a GraphQLError. */
export class AnsweredError extends GraphQLError {
  readonly #answered: GraphQLFormattedError

  constructor(answered: GraphQLFormattedError, extensions: Readonly<Record<string, unknown>> = {}) {
    super(answered.message, { extensions: { ...answered.extensions, ...extensions } })
    this.#answered = answered
  }

  override toJSON(): GraphQLFormattedError {
    return this.#answered
  }
}
