import type {
  ASTNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLField,
  GraphQLNamedType,
  GraphQLSchema,
  SelectionSetNode,
} from 'graphql'
import { getNamedType, isAbstractType, isObjectType, Kind, visit } from 'graphql'
import type { Operation } from '../pipeline/prepare-operation.ts'

/** How the answers of a subscription may be shared. */
export interface Sharing {
  /** Nothing in the selection depends on who asks: one answer serves everybody who may see the item. */
  readonly pure: boolean
  /** The variables that an answer depends on: not those that only say where to begin. */
  readonly variables: readonly string[]
}

/** Finds out how the answers of a validated subscription may be shared. */
export function sharingOf(schema: GraphQLSchema, { document, definition }: Operation): Sharing {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const part of document.definitions)
    if (part.kind === Kind.FRAGMENT_DEFINITION) fragments.set(part.name.value, part)
  const seen = new Set<string>()
  const variables = new Set<string>()
  let pure = true

  function note(node: ASTNode): void {
    visit(node, { Variable: ({ name }) => void variables.add(name.value) })
  }

  function look(set: SelectionSetNode, parent: GraphQLNamedType, root: boolean): void {
    for (const selection of set.selections) {
      for (const directive of selection.directives ?? []) note(directive)
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const name = selection.name.value
        if (seen.has(name)) continue
        seen.add(name)
        const fragment = fragments.get(name)!
        look(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value)!, root)
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const type = selection.typeCondition ? schema.getType(selection.typeCondition.name.value)! : parent
        look(selection.selectionSet, type, root)
      } else lookAtField(selection, parent, root)
    }
  }

  function lookAtField(node: FieldNode, parent: GraphQLNamedType, root: boolean): void {
    // The arguments of the root say which thread and where to begin; events of one thread are items of their own.
    if (!root) for (const argument of node.arguments ?? []) note(argument)
    const fields = fieldsOf(schema, parent, node.name.value)
    if (!fields.every(isPure)) pure = false
    if (node.selectionSet && fields[0]) look(node.selectionSet, getNamedType(fields[0].type), false)
  }

  look(definition.selectionSet, schema.getSubscriptionType()!, true)
  return { pure, variables: [...variables].toSorted() }
}

/** A field in every type that it may be asked of. */
function fieldsOf(schema: GraphQLSchema, parent: GraphQLNamedType, name: string): GraphQLField<unknown, unknown>[] {
  const types = isAbstractType(parent) ? schema.getPossibleTypes(parent) : isObjectType(parent) ? [parent] : []
  return types.map((type) => type.getFields()[name]).filter((field) => field !== undefined)
}

function isPure({ resolve, extensions }: GraphQLField<unknown, unknown>): boolean {
  return resolve === undefined || extensions['pure'] === true
}
