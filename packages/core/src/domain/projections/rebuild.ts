import type { Actor } from '../kernel/actor.ts'
import type { Context } from '../kernel/context.ts'
import { createReconcile } from '../stats/reconcile.ts'
import type { Projections } from './projector.ts'

const builder: Actor = { userId: 'threadkeep', scopes: ['admin'] }

/** Counts and indexes everything anew from the records. May be repeated, and run while others write: what they write is followed as ever. */
export async function rebuild(
  context: Context,
  projections: Pick<Projections, 'search' | 'statistics'>,
): Promise<void> {
  await projections.search.rebuild()
  await createReconcile(context, projections.statistics)(builder, { repair: true })
}
