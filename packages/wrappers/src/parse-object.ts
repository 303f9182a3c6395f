import type { JsonObject } from '@threadkeep/core/store'

/** The JSON object in a text, or undefined. It says no more, because the error of `JSON.parse` quotes the content. */
export function parseObject(text: string): JsonObject | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined
}
