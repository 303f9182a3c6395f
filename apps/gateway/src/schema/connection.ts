import type { Page } from '@threadkeep/core'
import type { ClassType } from 'type-graphql'
import { Field, Int, ObjectType } from 'type-graphql'
import { Cursor } from './scalars.ts'

/** Where a page stands in its list. Cursors are made when asked for. */
@ObjectType({ simpleResolvers: true, description: 'Where a page stands in its list.' })
export class PageInfo {
  readonly #page: Page<unknown>

  constructor(page: Page<unknown>) {
    this.#page = page
  }

  @Field(() => Boolean, { description: 'Whether items follow the last one of this page.' })
  get hasNextPage(): boolean {
    return this.#page.hasNext
  }

  @Field(() => Boolean, { description: 'Whether items precede the first one of this page.' })
  get hasPreviousPage(): boolean {
    return this.#page.hasPrevious
  }

  @Field(() => Cursor, { nullable: true, description: 'Pass it as `before` for the page before.' })
  get startCursor(): string | undefined {
    return this.#page.items.length > 0 ? this.#page.cursor(0) : undefined
  }

  @Field(() => Cursor, { nullable: true, description: 'Pass it as `after` for the next page.' })
  get endCursor(): string | undefined {
    const count = this.#page.items.length
    return count > 0 ? this.#page.cursor(count - 1) : undefined
  }
}

/** One stretch of a list, as the schema shows it. */
export interface Connection<T> {
  readonly edges: readonly { readonly node: T; readonly cursor: string }[]
  readonly nodes: readonly T[]
  readonly pageInfo: PageInfo
}

/** How a connection is made: a page, and what counts the whole list when somebody asks. */
export type ConnectionClass<T> = new (
  page: Page<T>,
  count?: () => number | Promise<number | undefined> | undefined,
) => Connection<T>

/**
 * The Relay connection and edge types over `node`, named after `name`. `totalCount` runs `count` only when it is selected, and
 * is null where a count would have to read the whole list.
 */
export function connectionType<T extends object>(name: string, node: () => ClassType): ConnectionClass<T> {
  @ObjectType(`${name}Edge`, { simpleResolvers: true, description: `A ${name} in a list, with its position.` })
  class Edge {
    readonly #page: Page<T>
    readonly #index: number

    constructor(page: Page<T>, index: number) {
      this.#page = page
      this.#index = index
    }

    @Field(() => Cursor, { description: 'The position: continue with `after` or `before` it. It outlives the item.' })
    get cursor(): string {
      return this.#page.cursor(this.#index)
    }

    @Field(node, { description: 'The item.' })
    get node(): T {
      return this.#page.items[this.#index]!
    }
  }

  @ObjectType(`${name}Connection`, { description: `A page of ${name}s.` })
  class ConnectionOf implements Connection<T> {
    readonly #page: Page<T>
    readonly #count: (() => number | Promise<number | undefined> | undefined) | undefined

    constructor(page: Page<T>, count?: () => number | Promise<number | undefined> | undefined) {
      this.#page = page
      this.#count = count
    }

    @Field(() => [Edge], { simple: true, description: 'The items with their cursors.' })
    get edges(): readonly Edge[] {
      return this.#page.items.map((_, index) => new Edge(this.#page, index))
    }

    @Field(() => [node()], { simple: true, description: 'The items alone.' })
    get nodes(): readonly T[] {
      return this.#page.items
    }

    @Field(() => PageInfo, { simple: true, description: 'Where this page stands.' })
    get pageInfo(): PageInfo {
      return new PageInfo(this.#page)
    }

    @Field(() => Int, {
      nullable: true,
      description:
        'How many items the whole list has, counted when asked for; null where that would mean reading all of it.',
    })
    totalCount(): number | Promise<number | undefined> | undefined {
      return this.#count?.()
    }
  }
  return ConnectionOf
}
