import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLField,
  GraphQLNamedType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql'
import { getNamedType, getNullableType, isCompositeType, isListType, isObjectType, Kind } from 'graphql'

/** The values of an operation's variables, as the client sent them. */
export type Variables = Readonly<Record<string, unknown>>

/** What an operation costs with these variables: about one for each object that it can load. */
export type Cost = (variables: Variables) => number

type Term = (variables: Variables, known: Map<string, number>) => number

/** Pages without a size have 50 items at most, and none has more than 100. */
const defaultPage = 50
const maxPage = 100
/** What a list without a size counts. */
const plainList = 10
/** A change costs more than a read. */
const mutationCost = 10

/** Prepares the cost of a validated operation. Fragments are weighed once, however often they are spread. */
export function operationCost(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Cost {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  const spreads = new Map<string, Term>()

  function ofFragment(name: string): Term {
    const made = spreads.get(name)
    if (made) return made
    const fragment = fragments.get(name)!
    const inner = ofSelections(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value)!)
    const term: Term = (variables, known) => {
      let cost = known.get(name)
      if (cost === undefined) {
        cost = inner(variables, known)
        known.set(name, cost)
      }
      return cost
    }
    spreads.set(name, term)
    return term
  }

  function ofSelections(set: SelectionSetNode, parent: GraphQLNamedType, insidePage = false): Term {
    const terms: Term[] = []
    for (const selection of set.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) terms.push(ofFragment(selection.name.value))
      else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const type = selection.typeCondition ? schema.getType(selection.typeCondition.name.value)! : parent
        terms.push(ofSelections(selection.selectionSet, type, insidePage))
      } else {
        const term = ofField(selection, parent, insidePage)
        if (term) terms.push(term)
      }
    }
    return (variables, known) => {
      let sum = 0
      for (const term of terms) sum += term(variables, known)
      return sum
    }
  }

  /** Undefined: a leaf costs nothing of its own. */
  function ofField(node: FieldNode, parent: GraphQLNamedType, insidePage: boolean): Term | undefined {
    // Introspection is bounded by a validation rule of its own.
    if (!node.selectionSet || node.name.value.startsWith('__')) return undefined
    const field = 'getFields' in parent ? parent.getFields()[node.name.value] : undefined
    if (!field) return undefined
    const type = getNamedType(field.type)
    if (!isCompositeType(type) || ('args' in field && isLeafless(field as GraphQLField<unknown, unknown>)))
      return undefined
    const isPage = isObjectType(type) && type.name.endsWith('Connection')
    const inner = ofSelections(node.selectionSet, type, isPage)
    // The size of a page stands at the connection; its lists only pass it on.
    if (insidePage) return isListType(getNullableType(field.type)) ? (v, k) => 1 + inner(v, k) : inner
    const own = parent === schema.getMutationType() ? mutationCost : 1
    const size =
      isPage || isListType(getNullableType(field.type)) ? sizeOf(node, isPage ? defaultPage : plainList) : undefined
    if (!size) return (variables, known) => own + inner(variables, known)
    return (variables, known) => own + size(variables) * Math.max(isPage ? 0 : 1, inner(variables, known))
  }

  const whole = ofSelections(operation.selectionSet, schema.getRootType(operation.operation)!)
  return (variables) => whole(variables, new Map())
}

function isLeafless(field: GraphQLField<unknown, unknown>): boolean {
  return field.name === 'pageInfo'
}

/** How many items a field can answer: `first`, `last` or `limit`, or as many as a list that it was given. */
function sizeOf(node: FieldNode, absent: number): (variables: Variables) => number {
  const sizes: ((variables: Variables) => number | undefined)[] = []
  for (const { name, value } of node.arguments ?? []) {
    const counts = name.value === 'first' || name.value === 'last' || name.value === 'limit'
    if (value.kind === Kind.VARIABLE) {
      const variable = value.name.value
      sizes.push((variables) => {
        const given = variables[variable]
        if (counts && typeof given === 'number') return withinPage(given)
        return !counts && Array.isArray(given) ? given.length : undefined
      })
    } else if (counts && value.kind === Kind.INT) {
      const given = withinPage(Number(value.value))
      sizes.push(() => given)
    } else if (value.kind === Kind.LIST) {
      const given = value.values.length
      sizes.push(() => given)
    }
  }
  return (variables) => {
    for (const size of sizes) {
      const given = size(variables)
      if (given !== undefined) return given
    }
    return absent
  }
}

/** More than a page holds is refused where it is asked for, so it cannot cost more. */
function withinPage(size: number): number {
  return Math.min(Math.max(size, 0), maxPage)
}
