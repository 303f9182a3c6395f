/** How much of a text is searched, in UTF-16 units. */
export const maxSearchText = 65_536
/** Words are told apart by their first 64 UTF-16 units. */
export const maxWord = 64
/** How much of a question is read, in UTF-16 units, and how many terms of it count. */
export const maxQuestion = 1_024
export const maxTerms = 16
/** Most hits one query answers. */
export const maxHits = 1_000
/** How many of the newest documents that fit are ranked. */
export const maxCandidates = 1_000
