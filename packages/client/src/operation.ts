/** Any JSON object. */
export interface JsonObject {
  readonly [name: string]: unknown
}

/** A GraphQL operation with the types of what goes in and what comes out. */
export interface Operation<Data, Variables> {
  readonly kind: 'query' | 'mutation' | 'subscription'
  readonly text: string
  /** Never there: carries the types. */
  readonly types?: (variables: Variables) => Data
}
