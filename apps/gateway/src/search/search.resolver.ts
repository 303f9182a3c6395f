import { Args, Ctx, Query, Resolver } from 'type-graphql'
import type { RequestContext } from '../pipeline/context.ts'
import { given } from '../schema/given.ts'
import { SearchArgs } from './search.args.ts'
import { SearchConnectionType } from './search.types.ts'

/** Search: what the domain finds, in GraphQL's words. */
@Resolver()
export class SearchResolver {
  @Query(() => SearchConnectionType, { description: 'Finds messages by their words, most relevant first.' })
  async search(
    @Args(() => SearchArgs) { query, filter, first, after, context }: SearchArgs,
    @Ctx() { keep, actor }: RequestContext,
  ): Promise<SearchConnectionType> {
    const { results, ...rest } = await keep.search.messages(actor, {
      ...given(filter ?? {}),
      ...given({ limit: first, after, context }),
      query,
    })
    return { nodes: results, ...rest }
  }
}
