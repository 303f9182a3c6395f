import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql'
import { Kind } from 'graphql'

/** What one document may hold. Looked at before validation, whose own cost these bounds keep small. */
export interface DocumentLimits {
  readonly maxTokens: number
  readonly maxDepth: number
  readonly maxAliases: number
  readonly maxRootFields: number
  /** Fields with all fragments spread out. */
  readonly maxFields: number
}

/** The limits of a gateway unless it says otherwise. */
export const defaultDocumentLimits: DocumentLimits = Object.freeze({
  maxTokens: 2_000,
  maxDepth: 16,
  maxAliases: 50,
  maxRootFields: 20,
  maxFields: 1_000,
})

const maxFragments = 50
// Validation compares fields of one name in one place pair by pair.
const maxRepeats = 50

interface Measures {
  readonly depth: number
  readonly fields: number
}

/** What is too much about a document, in one sentence; undefined when it is within the limits. */
export function documentFault(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  limits: DocumentLimits,
): string | undefined {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  if (fragments.size > maxFragments) return `The document has more than ${maxFragments} fragments.`

  const { aliases, repeats } = countNames(document)
  if (aliases > limits.maxAliases) return `The document has more than ${limits.maxAliases} aliases.`
  if (repeats > maxRepeats) return `The document asks for the same fields more than ${maxRepeats} times.`

  const measured = new Map<string, Measures | 'open'>()

  function measureFragment(name: string): Measures {
    const known = measured.get(name)
    // A circle: validation says so.
    if (known === 'open') return { depth: 0, fields: 0 }
    if (known) return known
    measured.set(name, 'open')
    const fragment = fragments.get(name)
    const result = fragment ? measure(fragment.selectionSet) : { depth: 0, fields: 0 }
    measured.set(name, result)
    return result
  }

  function measure(set: SelectionSetNode): Measures {
    let depth = 0
    let fields = 0
    for (const selection of set.selections) {
      let inner: Measures = { depth: 0, fields: 0 }
      if (selection.kind === Kind.FRAGMENT_SPREAD) inner = measureFragment(selection.name.value)
      else if (selection.selectionSet) inner = measure(selection.selectionSet)
      const isField = selection.kind === Kind.FIELD ? 1 : 0
      depth = Math.max(depth, inner.depth + isField)
      fields += inner.fields + isField
    }
    return { depth, fields }
  }

  const { depth, fields } = measure(operation.selectionSet)
  if (depth > limits.maxDepth) return `The operation is nested deeper than ${limits.maxDepth} levels.`
  if (fields > limits.maxFields) return `The operation has more than ${limits.maxFields} fields.`
  if (rootFields(operation, fragments) > limits.maxRootFields)
    return `The operation has more than ${limits.maxRootFields} fields at its root.`
  return undefined
}

/** Aliases anywhere in the text, and fields that are named again in the selection they stand in. */
function countNames(document: DocumentNode): { readonly aliases: number; readonly repeats: number } {
  let aliases = 0
  let repeats = 0
  const visit = (set: SelectionSetNode | undefined): void => {
    if (!set) return
    const names = new Set<string>()
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD && selection.alias) aliases++
      const name = selection.kind === Kind.INLINE_FRAGMENT ? undefined : nameOf(selection)
      if (name !== undefined && names.size === names.add(name).size) repeats++
      if (selection.kind !== Kind.FRAGMENT_SPREAD) visit(selection.selectionSet)
    }
  }
  for (const definition of document.definitions) if ('selectionSet' in definition) visit(definition.selectionSet)
  return { aliases, repeats }
}

function nameOf(selection: Exclude<SelectionSetNode['selections'][number], { kind: Kind.INLINE_FRAGMENT }>): string {
  if (selection.kind === Kind.FRAGMENT_SPREAD) return `...${selection.name.value}`
  return selection.alias?.value ?? selection.name.value
}

function rootFields(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): number {
  const names = new Set<string>()
  const seen = new Set<string>()
  const visit = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) names.add(responseName(selection))
      else if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet)
      else if (!seen.has(selection.name.value)) {
        seen.add(selection.name.value)
        const fragment = fragments.get(selection.name.value)
        if (fragment) visit(fragment.selectionSet)
      }
    }
  }
  visit(operation.selectionSet)
  return names.size
}

function responseName(field: FieldNode): string {
  return field.alias?.value ?? field.name.value
}
