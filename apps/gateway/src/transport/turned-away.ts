import { ThreadkeepError } from '@threadkeep/core/store'

/** For a path that leads nowhere. */
export function nothingHere(): ThreadkeepError {
  return new ThreadkeepError('NOT_FOUND', 'There is nothing here. GraphQL lives at /graphql.')
}

/** For a page that may not talk to this gateway. */
export function strangePage(): ThreadkeepError {
  return new ThreadkeepError('FORBIDDEN', 'Pages of this origin may not talk to this gateway.')
}
