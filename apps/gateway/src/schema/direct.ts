import type { GraphQLSchema } from 'graphql'
import { isObjectType } from 'graphql'
import { Extensions } from 'type-graphql'

/** A resolver as it is called for every object of a page: nothing stands in between. */
type DirectResolver = (root: unknown, context: unknown, args: Readonly<Record<string, unknown>>) => unknown

/**
 * Marks a field resolver whose parameters are `@Root()`, `@Ctx()` and `@Args()`, in this order and no others, and which does not use
 * `this`. It is called directly, with its arguments as plain objects: what type-graphql does for every call costs more than most resolvers do.
 */
export function Direct(): MethodDecorator {
  return mark({})
}

/** Marks a query or mutation as direct whose parameters are `@Arg(name)` and `@Ctx()`, in this order. */
export function DirectArg(name: string): MethodDecorator {
  return (target, method, descriptor) => {
    const call = descriptor.value as unknown as (arg: unknown, context: unknown) => unknown
    const direct: DirectResolver = (_root, context, args) => call(args[name], context)
    Extensions({ direct })(target, method, descriptor as PropertyDescriptor)
  }
}

/**
 * Marks a direct resolver that takes `@Root()` alone and so depends on nothing but its object, not on who asks. Answers to events
 * that hold only such fields are made once for all subscribers.
 */
export function Pure(): MethodDecorator {
  return mark({ pure: true })
}

function mark(extensions: Readonly<Record<string, unknown>>): MethodDecorator {
  return (target, name, descriptor) =>
    Extensions({ ...extensions, direct: descriptor.value })(target, name, descriptor as PropertyDescriptor)
}

/** Lets a schema call direct resolvers directly. */
export function callDirectly(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue
    for (const field of Object.values(type.getFields())) {
      const direct = field.extensions['direct'] as DirectResolver | undefined
      if (direct) field.resolve = (root, args, context) => direct(root, context, args)
    }
  }
}
