import type { Page } from '@threadkeep/core'
import type { ClassType } from 'type-graphql'
import { Extensions, Field, Int, ObjectType } from 'type-graphql'
import { Cursor } from './scalars.ts'

/** Where a page stands in its list. Cursors are made when asked for. */
@ObjectType('PageInfo', { simpleResolvers: true, description: 'Where a page stands in its list.' })
export class PageInfo {
  readonly #page: Page<unknown>

  constructor(page: Page<unknown>) {
    this.#page = page
  }

  get hasNextPage(): boolean {
    return this.#page.hasNext
  }

  get hasPreviousPage(): boolean {
    return this.#page.hasPrevious
  }

  get startCursor(): string | undefined {
    return this.#page.items.length > 0 ? this.#page.cursor(0) : undefined
  }

  get endCursor(): string | undefined {
    const count = this.#page.items.length
    return count > 0 ? this.#page.cursor(count - 1) : undefined
  }
}
property(PageInfo, 'hasNextPage', () => Boolean, 'Whether items follow the last one of this page.')
property(PageInfo, 'hasPreviousPage', () => Boolean, 'Whether items precede the first one of this page.')
property(PageInfo, 'startCursor', () => Cursor, 'Pass it as `before` for the page before.', true)
property(PageInfo, 'endCursor', () => Cursor, 'Pass it as `after` for the next page.', true)

/** One stretch of a list, as the schema shows it. */
export interface Connection<T> {
  readonly edges: readonly { readonly node: T; readonly cursor: string }[]
  readonly nodes: readonly T[]
  readonly pageInfo: PageInfo
}

/** What counts a whole list; undefined where that would mean reading all of it. */
type Count = () => number | Promise<number | undefined> | undefined

/** How a connection is made: a page, and what counts the whole list when somebody asks. */
export type ConnectionClass<T> = new (page: Page<T>, count?: Count) => Connection<T>

/**
 * The Relay connection and edge types over `node`, named after `name`. `totalCount` runs `count` only when it is selected, and
 * is null where a count would have to read the whole list.
 */
export function connectionType<T extends object>(name: string, node: () => ClassType): ConnectionClass<T> {
  @ObjectType(`${name}Edge`, { simpleResolvers: true, description: `A ${name} in a list, with its position.` })
  class Edge {
    readonly node: T
    readonly #page: Page<T>
    readonly #index: number

    constructor(page: Page<T>, index: number) {
      this.node = page.items[index]!
      this.#page = page
      this.#index = index
    }

    get cursor(): string {
      return this.#page.cursor(this.#index)
    }
  }
  property(Edge, 'cursor', () => Cursor, 'The position: continue with `after` or `before` it. It outlives the item.')
  property(Edge, 'node', node, 'The item.')

  @ObjectType(`${name}Connection`, { simpleResolvers: true, description: `A page of ${name}s.` })
  class ConnectionOf implements Connection<T> {
    readonly nodes: readonly T[]
    readonly count: Count | undefined
    readonly #page: Page<T>

    constructor(page: Page<T>, count?: Count) {
      this.nodes = page.items
      this.count = count
      this.#page = page
    }

    get edges(): readonly Edge[] {
      return this.#page.items.map((_, index) => new Edge(this.#page, index))
    }

    get pageInfo(): PageInfo {
      return new PageInfo(this.#page)
    }
  }
  property(ConnectionOf, 'edges', () => [Edge], 'The items with their cursors.')
  property(ConnectionOf, 'nodes', () => [node()], 'The items alone.')
  property(ConnectionOf, 'pageInfo', () => PageInfo, 'Where this page stands.')
  const counted =
    'How many items the whole list has, counted when asked for; null where that would mean reading all of it.'
  property(ConnectionOf, 'totalCount', () => Int, counted, true)
  Extensions({ direct: ({ count }: ConnectionOf) => count?.() })(ConnectionOf.prototype, 'totalCount')
  return ConnectionOf
}

/** Shows a property of a class. Given without a descriptor, so that a getter is read as a property and not called through a wrapper. */
function property(
  of: ClassType,
  name: string,
  type: Parameters<typeof Field>[0],
  description: string,
  nullable = false,
): void {
  Field(type, { description, nullable })(of.prototype, name)
}
