import { isThreadkeepError, ThreadkeepError } from '@threadkeep/core/store'
import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql'
import type { RequestContext } from '../pipeline/context.ts'
import { NodeType, readNodeId } from '../schema/node.ts'

const maxNodes = 100

/** Anything by its node id. What is missing, foreign or removed is null. */
@Resolver()
export class NodesResolver {
  @Query(() => NodeType, {
    nullable: true,
    description: 'Anything by its `nodeId`; null when it is not there for you.',
  })
  node(
    @Arg('nodeId', () => ID, { description: 'As `nodeId` answered it.' }) nodeId: string,
    @Ctx() context: RequestContext,
  ): Promise<NodeType | null> {
    return loadNode(nodeId, context)
  }

  @Query(() => [NodeType], {
    nullable: 'items',
    description: 'Many things by their `nodeId`, in the order asked; null for each that is not there for you.',
  })
  nodes(
    @Arg('nodeIds', () => [ID], { description: 'As `nodeId` answered them; at most 100.' }) nodeIds: string[],
    @Ctx() context: RequestContext,
  ): Promise<readonly (NodeType | null)[]> {
    if (nodeIds.length > maxNodes) throw new ThreadkeepError('INVALID_LIMIT', `At most ${maxNodes} node ids at once.`)
    return Promise.all(nodeIds.map((nodeId) => loadNode(nodeId, context)))
  }
}

async function loadNode(nodeId: string, { load, keep, actor }: RequestContext): Promise<NodeType | null> {
  const ref = readNodeId(nodeId)
  if (!ref) return null
  try {
    const found =
      ref[0] === 'User'
        ? await load.user.load(ref[1])
        : ref[0] === 'Thread'
          ? await load.thread.load(ref[1])
          : ref[0] === 'Attachment'
            ? await load.attachment.load(ref[1])
            : await keep.messages.get(actor, ref[1], ref[2])
    return found === undefined ? null : ({ ...found, __typename: ref[0] } as unknown as NodeType)
  } catch (error) {
    // An id that somebody made up names nothing.
    if (isThreadkeepError(error, 'NOT_FOUND') || isThreadkeepError(error, 'INVALID_ID')) return null
    throw error
  }
}
