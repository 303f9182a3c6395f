import type { GraphQLSchema } from 'graphql'
import type { OperationRequest } from '../pipeline/pipeline.ts'
import type { Operation } from '../pipeline/prepare-operation.ts'
import type { Sharing } from './sharing-of.ts'
import { sharingOf } from './sharing-of.ts'

/** Answers to events as JSON texts, made once for all who would get the same. */
export interface SharedAnswers {
  /** What tells apart those who may get different answers to one item. */
  groupOf(request: OperationRequest): string
  /** The text for an item: at once when it is there, else a promise; `make` runs once per item and group. */
  textOf(item: object, group: string, make: () => string | Promise<string>): string | Promise<string>
}

/** Shares answers among the subscribers of one process. They live as long as their items. */
export function createSharedAnswers(schema: GraphQLSchema): SharedAnswers {
  const known = new WeakMap<Operation, { readonly id: number; readonly sharing: Sharing }>()
  const texts = new WeakMap<object, Map<string, string | Promise<string>>>()
  let operations = 0

  function groupsOf(item: object): Map<string, string | Promise<string>> {
    let groups = texts.get(item)
    if (!groups) {
      groups = new Map()
      texts.set(item, groups)
    }
    return groups
  }

  return {
    groupOf({ operation, variables = {}, caller }) {
      let found = known.get(operation)
      if (!found) {
        found = { id: ++operations, sharing: sharingOf(schema, operation) }
        known.set(operation, found)
      }
      const { id, sharing } = found
      const { userId, scopes = [] } = caller.actor
      const values = sharing.variables.map((name) => variables[name])
      return JSON.stringify([id, values, ...(sharing.pure ? [] : [caller.tenant, userId, ...scopes])])
    },
    textOf(item, group, make) {
      const groups = groupsOf(item)
      const found = groups.get(group)
      if (found !== undefined) return found
      const made = make()
      groups.set(group, made)
      if (typeof made !== 'string') {
        made.then(
          (text) => groups.set(group, text),
          () => groups.delete(group),
        )
      }
      return made
    },
  }
}
