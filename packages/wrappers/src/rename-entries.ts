import type { Entry } from '@threadkeep/core/store'
import { answerOf } from '@threadkeep/core/store'

type Entries = readonly (Entry | undefined)[]

/** An answer of `get` with every entry renamed, at once where the answer is known already. */
export function renameEntries(answer: Promise<Entries>, rename: (entry: Entry) => Entry): Promise<Entries> {
  const known = answerOf(answer)
  if (!known) return answer.then((found) => found.map((entry) => entry && rename(entry)))
  // A list that is answered at once belongs to whoever asked; its entries may still be one object twice.
  const own = known as (Entry | undefined)[]
  for (let n = 0; n < own.length; n++) {
    const entry = own[n]
    if (entry) own[n] = rename(entry)
  }
  return answer
}
