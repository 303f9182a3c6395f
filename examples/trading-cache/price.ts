import { ThreadkeepError } from '@threadkeep/core'
import { z } from 'zod'

/** One quote of a symbol. */
export const priceSchema = z.strictObject({
  id: z.string().min(1),
  symbol: z.string().min(1),
  /** Negative prices have been seen. */
  price: z.number(),
  volume: z.number().min(0),
  /** When the price was quoted: ISO 8601, UTC. */
  timestamp: z.iso.datetime(),
})

/** A price as its readers get it. */
export type Price = z.infer<typeof priceSchema>

/** Many quotes as one value: of a day, say. */
export const seriesSchema = z.strictObject({
  points: z.array(z.strictObject({ timestamp: z.iso.datetime(), price: z.number(), volume: z.number().min(0) })),
})

/** One quote of a series. */
export type Point = z.infer<typeof seriesSchema>['points'][number]

const symbolPattern = /^[A-Z0-9^][A-Z0-9.^=/-]{0,31}$/

/** The symbol in upper case; `INVALID` for what is none. */
export function parseSymbol(symbol: string): string {
  const upper = typeof symbol === 'string' ? symbol.trim().toUpperCase() : ''
  if (symbolPattern.test(upper)) return upper
  throw new ThreadkeepError(
    'INVALID',
    `A symbol is 1 to 32 letters, digits and . ^ = / -, not ${JSON.stringify(symbol)}.`,
  )
}

/** The price, proven: `INVALID` says what is wrong with one that was handed in, `CORRUPT` with one that was stored. */
export function parsePrice(price: unknown, code: 'INVALID' | 'CORRUPT'): Price {
  const { success, data, error } = priceSchema.safeParse(price)
  if (success) return data
  throw new ThreadkeepError(code, `That is no price: ${z.prettifyError(error)}`, { cause: error })
}
