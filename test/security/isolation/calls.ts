import type { Ids, Persona } from './scene.ts'
import { hidden, personas } from './scene.ts'

/** What each persona hears: `ok`, or the code of the refusal. */
export type Answers = Readonly<Record<Persona, string>>

/** One way to call an operation. */
export interface Call {
  readonly document: string
  readonly variables?: (ids: Ids) => Readonly<Record<string, unknown>>
  readonly answers: Answers
  /** What everybody in the thread finds in the answer: without it the silence of the others would prove nothing. */
  readonly shows?: string
}

/** The same answer for all. */
export const all = (answer: string): Answers =>
  Object.fromEntries(personas.map((persona) => [persona, answer])) as Answers

export const everyone = all('ok')
/** Whoever is in the thread. */
export const readers: Answers = { ...everyone, ...Object.fromEntries(hidden.map((one) => [one, 'NOT_FOUND'])) }
export const writers: Answers = { ...readers, viewer: 'FORBIDDEN' }
export const editors: Answers = { ...writers, member: 'FORBIDDEN' }
/** Whoever has a place of their own in the thread: an administrator sees it and has none. */
export const placed: Answers = { ...readers, admin: 'FORBIDDEN' }
/** The owner of a thing that nobody else has seen. */
export const keepers: Answers = { ...all('NOT_FOUND'), owner: 'ok', admin: 'ok' }
export const admins: Answers = { ...all('FORBIDDEN'), admin: 'ok', foreignAdmin: 'ok' }
/** Administrators, each in their own tenant. */
export const adminsHere: Answers = { ...admins, foreignAdmin: 'NOT_FOUND' }
/** Everybody in the tenant. */
export const tenants: Answers = { ...everyone, foreign: 'NOT_FOUND', foreignAdmin: 'NOT_FOUND' }

/** A query that names things. */
export function query(
  field: string,
  types: string,
  variables: (ids: Ids) => object,
  answers: Answers,
  shows?: string,
): Call {
  const document = `query (${types}) { ${field} }`
  return { document, answers, variables: variables as Call['variables'] & {}, ...(shows !== undefined && { shows }) }
}

/** A mutation by its name, what is read of its payload, and its input. */
export function mutation(name: string, fields: string, answers: Answers, input: (ids: Ids) => object): Call {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`
  return {
    document: `mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} userErrors { code message } } }`,
    variables: (ids) => ({ input: input(ids) }),
    answers,
  }
}
