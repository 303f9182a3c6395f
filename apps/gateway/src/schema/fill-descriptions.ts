import type { GraphQLSchema } from 'graphql'
import { getNamedType, isObjectType } from 'graphql'

/** Gives every field the description that its interface has, and every argument that of its type, where they have none of their own. */
export function fillDescriptions(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue
    for (const field of Object.values(type.getFields())) {
      field.description ??= type
        .getInterfaces()
        .map((inherited) => inherited.getFields()[field.name]?.description)
        .find((text) => text)
      for (const arg of field.args) arg.description ??= getNamedType(arg.type).description
    }
  }
}
