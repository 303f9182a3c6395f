import { ThreadkeepError } from '../../errors/threadkeep-error.ts'
import type { Address, Change } from '../../store/types.ts'
import type { Action } from './access.ts'
import type { Actor } from './actor.ts'
import type { Context } from './context.ts'
import { sweepDue } from './due.ts'
import { pushEvents } from './event-changes.ts'
import type { Limits } from './limits.ts'
import { at, names, token } from './names.ts'
import { moveRecency } from './recency.ts'
import { asJson } from './records.ts'
import type { Draft, ThreadScope } from './thread-scope.ts'
import { addressKey, createDraft, nextGroup } from './thread-scope.ts'
import type { ThreadState } from './thread-state.ts'
import { assertAllowed, loadMembers, loadThreadState, threadNotFound } from './thread-state.ts'

/** One change to a thread's aggregate. `plan` may run several times, each time on a newer state: it must only plan. */
export interface ThreadOperation<T> {
  readonly actor: Actor
  readonly action: Action
  /** Members that the plan asks for, beside the actor. */
  readonly userIds?: readonly string[]
  /** The plan reads stored records of the aggregate, so nothing of the same group may come before it. */
  readonly reads?: boolean
  /** How many messages it carries: a group stays small. Default 1. */
  readonly weight?: number
  /** Also for a thread that is deleted but within its grace. */
  readonly onDeleted?: boolean
  plan(scope: ThreadScope): T | typeof nextGroup | Promise<T | typeof nextGroup>
}

/** What an operation answers: the plan's result and the thread as the commit left it. */
export interface Written<T> {
  readonly result: T
  readonly state: ThreadState
}

/**
 * Writes threads. Operations on one thread queue inside the process and are committed in groups, each group one commit
 * that checks the thread's version: whatever a plan saw of the aggregate was true when it was committed, also against other processes.
 */
export interface ThreadWriter {
  run<T>(threadId: string, operation: ThreadOperation<T>): Promise<Written<T>>
  /** Counts out what is due in a thread. */
  sweep(threadId: string): Promise<void>
}

interface Pending {
  readonly operation: ThreadOperation<unknown>
  readonly resolve: (written: Written<unknown>) => void
  readonly reject: (error: unknown) => void
}

interface Lane {
  readonly threadId: string
  queue: Pending[]
  /** How many the last group had. */
  company: number
  running: boolean
  /** The last known state: only ever used under a check of its version. */
  state: ThreadState | undefined
}

const maxGroupWeight = 200
const maxIdleLanes = 10_000
const maxAttempts = 100
/** Turns of the event loop for which a group waits for the company that it had last time. */
const maxTurns = 16
const sweeper: Actor = { userId: 'threadkeep', scopes: ['admin'] }

/** The writer of a context. */
export function createThreadWriter(context: Context): ThreadWriter {
  const lanes = new Map<string, Lane>()
  let begun = 0

  function laneOf(threadId: string): Lane {
    const known = lanes.get(threadId)
    // Delete and set: the map's order is the order of last use.
    if (known) lanes.delete(threadId)
    const lane = known ?? { threadId, queue: [], company: 0, running: false, state: undefined }
    lanes.set(threadId, lane)
    if (lanes.size > maxIdleLanes) {
      for (const [id, idle] of lanes) {
        if (idle.running) continue
        lanes.delete(id)
        break
      }
    }
    return lane
  }

  async function drain(lane: Lane): Promise<void> {
    // A turn later, so that operations started together share their first group.
    await undefined
    while (lane.queue.length > 0) {
      await gather(lane)
      const group = takeGroup(lane)
      lane.company = group.length
      await commitGroup(lane, group)
    }
    lane.running = false
  }

  /** Under load operations come over many sockets, turn by turn: those that shared the last commit share the next one, too. */
  async function gather(lane: Lane): Promise<void> {
    let seen = -1
    for (let turn = 0; turn < maxTurns && begun !== seen && lane.queue.length < lane.company; turn++) {
      seen = begun
      await new Promise(setImmediate)
    }
  }

  function takeGroup(lane: Lane): Pending[] {
    let weight = 0
    let size = 0
    for (const { operation } of lane.queue) {
      weight += operation.weight ?? 1
      if (size > 0 && (operation.reads || weight > maxGroupWeight)) break
      size++
    }
    return lane.queue.splice(0, size)
  }

  async function commitGroup(lane: Lane, group: Pending[]): Promise<void> {
    try {
      for (let attempt = 1; group.length > 0; attempt++) {
        const remembered = lane.state !== undefined
        const draft = await prepare(lane, group)
        const { planned, refused, later } = await planAll(draft, group)
        const changes = finish(draft, context.limits)
        // A commit proves what it was planned on. What refuses must not rest on an old memory either.
        if (remembered && refused.length > 0) {
          lane.state = undefined
          continue
        }
        for (const { pending, error } of refused) pending.reject(error)
        lane.queue.unshift(...later)
        // From here on those that were answered, or wait for the next group, are no longer this commit's.
        group = planned.map(({ pending }) => pending)
        if (group.length === 0) return
        const done = await context.store.commit(changes)
        if (done.ok) {
          const state: ThreadState = {
            thread: draft.thread(),
            // With nothing to write the commit has only proved that the thread is still as it was.
            version: changes.length === 1 ? draft.state.version : done.version,
            members: new Map(draft.members()),
          }
          lane.state = state
          for (const { pending, result } of planned) pending.resolve({ result, state })
          // Who has just left hears of it, too.
          if (draft.events.length > 0)
            context.committed(draft.events, [...new Set([...draft.state.members.keys(), ...state.members.keys()])])
          return
        }
        lane.state = undefined
        group = await afterConflict(done.conflict, draft, planned)
        if (attempt >= maxAttempts)
          throw new ThreadkeepError(
            'CONFLICT',
            'The thread is being written from too many places at once: try again.',
            { retryable: true },
          )
        if (attempt > 3) await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(50, attempt * 2)))
      }
    } catch (error) {
      lane.state = undefined
      for (const pending of group) pending.reject(error)
    }
  }

  /** The newest known state with the members that the group asks for, as a draft; sweeps first what is due. */
  async function prepare(lane: Lane, group: readonly Pending[]): Promise<Draft> {
    const userIds = group.flatMap(({ operation }) => [operation.actor.userId, ...(operation.userIds ?? [])])
    lane.state ??= await loadThreadState(context, lane.threadId, userIds)
    if (!lane.state) throw threadNotFound()
    if (lane.state.thread.big) await loadMembers(context, lane.state, userIds)
    const draft = createDraft(context, lane.state)
    const { nextDueAt } = lane.state.thread
    if (nextDueAt !== undefined && nextDueAt <= draft.scope.now) await sweepDue(context, draft.scope, draft.scope.now)
    return draft
  }

  /** Plans each operation on the draft; those that refuse, or must wait for the next group, leave no trace. */
  async function planAll(draft: Draft, group: readonly Pending[]): Promise<Plans> {
    const planned: Planned[] = []
    const refused: { readonly pending: Pending; readonly error: unknown }[] = []
    const later: Pending[] = []
    for (const [index, pending] of group.entries()) {
      const { operation } = pending
      try {
        const planning = draft.attempt(index, (scope) => {
          assertOpen(scope, operation)
          return operation.plan(scope)
        })
        const result = planning instanceof Promise ? await planning : planning
        if (result === nextGroup) later.push(pending)
        else planned.push({ pending, result, index })
      } catch (error) {
        refused.push({ pending, error })
      }
    }
    return { planned, refused, later }
  }

  /** What of the group is left to plan again after a check failed: all of it, but for an operation that its claim refuses. */
  async function afterConflict(conflict: Address, draft: Draft, planned: readonly Planned[]): Promise<Pending[]> {
    const made = draft.claims.get(addressKey(conflict))
    const taken = made && planned.find(({ index }) => index === made.operation)
    let refused: Planned | undefined
    try {
      await made?.claim.onTaken()
    } catch (error) {
      refused = taken
      taken?.pending.reject(error)
    }
    return planned.filter((one) => one !== refused).map(({ pending }) => pending)
  }

  function run<T>(threadId: string, operation: ThreadOperation<T>): Promise<Written<T>> {
    return new Promise((resolve, reject) => {
      begun++
      const lane = laneOf(threadId)
      lane.queue.push({ operation, resolve: resolve as Pending['resolve'], reject })
      if (lane.running) return
      lane.running = true
      void drain(lane)
    })
  }

  return {
    run,
    async sweep(threadId) {
      for (;;) {
        // Preparing any group sweeps; this one does nothing else.
        const { state } = await run(threadId, {
          actor: sweeper,
          action: 'thread.read',
          onDeleted: true,
          plan: () => undefined,
        })
        if ((state.thread.nextDueAt ?? Number.POSITIVE_INFINITY) > context.clock.now()) return
      }
    },
  }
}

interface Planned {
  readonly pending: Pending
  readonly result: unknown
  readonly index: number
}

interface Plans {
  readonly planned: readonly Planned[]
  readonly refused: readonly { readonly pending: Pending; readonly error: unknown }[]
  readonly later: readonly Pending[]
}

function assertOpen(scope: ThreadScope, operation: ThreadOperation<unknown>): void {
  if (scope.thread.deletedAt !== undefined && !operation.onDeleted) throw threadNotFound()
  assertAllowed(operation.actor, operation.action, scope.thread, scope.members.get(operation.actor.userId)?.role)
}

/** The group's commit: the check of the aggregate first, its new root last. */
function finish(draft: Draft, limits: Limits): Change[] {
  const before = draft.state.thread
  let after = draft.thread()
  const root = at(names.threads, token(before.id))
  const changes: Change[] = [{ type: 'check', at: root, version: draft.state.version }, ...draft.changes]
  pushEvents(changes, draft.events, limits)
  if (!after.big && !before.big && after.lastActivityAt !== after.recencyAt) {
    moveRecency(changes, after, after.lastActivityAt, draft.members().values())
    after = { ...after, recencyAt: after.lastActivityAt }
    draft.scope.replace(after)
  }
  // Every write goes through the root, so that its version guards the whole aggregate.
  if (after !== before || changes.length > 1) changes.push({ type: 'put', at: root, value: asJson(after) })
  return changes
}
