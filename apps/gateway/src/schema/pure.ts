import { Extensions } from 'type-graphql'

/**
 * Marks a field resolver that depends on nothing but its object and arguments: not on who asks. Answers to events that hold only such
 * fields are made once for all subscribers.
 */
export function Pure(): MethodDecorator & PropertyDecorator {
  return Extensions({ pure: true })
}
