const times = (count: number, part: (at: number) => string, between = ' '): string =>
  Array.from({ length: count }, (_, at) => part(at)).join(between)

const nested = (depth: number, open: string, middle: string, close: string): string =>
  open.repeat(depth) + middle + close.repeat(depth)

const field = 'thread(id: "t") { title }'

/** Documents meant to hurt. None may reach a resolver, on any transport. */
export const hostileDocuments: Readonly<Record<string, string>> = {
  'twenty thousand aliases': `{ viewer { ${times(20_000, (at) => `a${at}:id`)} } }`,
  'a hundred aliases of an expensive field': `{ ${times(100, (at) => `a${at}: search(query: "x") { nodes { text } }`)} }`,
  'a thousand mutations in one document': `mutation { ${times(1_000, (at) => `m${at}: runJob(input: { job: PURGE }) { userErrors { code } }`)} }`,
  'more fields at the root than allowed': `{ ${times(30, (at) => `f${at}: ${field}`)} }`,
  'depth 500': nested(500, '{ lastMessage { thread ', '{ id }', '} }'),
  'depth 500 of a field that exists': `{ thread(id: "t") ${nested(250, '{ lastMessage { thread ', '{ id }', '} }')} }`,
  'depth by inline fragments': `{ thread(id: "t") ${nested(2_000, '{ ... on Thread ', '{ id }', '}')} }`,
  'depth by fragments': `{ thread(id: "t") { ...f0 } } ${times(40, (at) => `fragment f${at} on Thread { lastMessage { thread { ...f${at + 1} } } }`)} fragment f40 on Thread { id }`,
  'a bomb of fragments': `{ thread(id: "t") { ...f0 } } ${times(30, (at) => `fragment f${at} on Thread { a: lastMessage { thread { ...f${at + 1} } } b: lastMessage { thread { ...f${at + 1} } } }`)} fragment f30 on Thread { id }`,
  'a wide bomb of fragments': `{ thread(id: "t") { ...f0 } } ${times(12, (at) => `fragment f${at} on Thread { ${times(10, () => `...f${at + 1}`)} }`)} fragment f12 on Thread { id title }`,
  'a fragment in itself': '{ thread(id: "t") { ...f } } fragment f on Thread { id ...f }',
  'a circle of fragments':
    '{ thread(id: "t") { ...f } } fragment f on Thread { lastMessage { ...g } } fragment g on Message { thread { ...f } }',
  'a circle of fragments that nobody uses': `{ ${field} } fragment f on Thread { ...g } fragment g on Thread { ...f }`,
  'a thousand fragments': `{ ${field} } ${times(1_000, (at) => `fragment f${at} on Thread { id }`)}`,
  'one name for many fragments': `{ thread(id: "t") { ...f } } ${times(40, () => 'fragment f on Thread { id }')}`,
  'a list of ten thousand': `{ presence(userIds: [${times(10_000, (at) => `"${at}"`)}]) { status } }`,
  'lists in lists': `{ presence(userIds: ${nested(5_000, '[', '"x"', ']')}) { status } }`,
  'objects in objects': `mutation { createThread(input: { metadata: ${nested(3_000, '{ a: ', '1', '}')} }) { userErrors { code } } }`,
  'types in types': `query ($x: ${nested(3_000, '[', 'ID!', ']')}) { ${field} }`,
  'a flood of tokens': `{ ${'viewer '.repeat(30_000)} }`,
  'a flood of braces': '{'.repeat(60_000),
  'a flood of brackets': `{ thread(id: ${'['.repeat(60_000)}`,
  'a flood of dots': '...'.repeat(20_000),
  'a flood of comments that ends nowhere': '#x\n'.repeat(20_000),
  'a giant text': `{ thread(id: "${'x'.repeat(50_000)}") { nothing } }`,
  'a giant block text': `{ thread(id: """${'x\n'.repeat(25_000)}""") { nothing } }`,
  'a giant name': `{ ${'x'.repeat(50_000)} }`,
  'a giant number': `{ threads(first: ${'9'.repeat(50_000)}) { nodes { id } } }`,
  'a number beyond all': '{ threads(first: 1e309) { nodes { id } } }',
  'a thousand directives on a field': `{ viewer ${times(1_000, () => '@include(if: true)')} { id } }`,
  'directives that nobody knows': `{ viewer ${times(500, (at) => `@d${at}`)} { id } }`,
  'a directive twice': '{ viewer @skip(if: false) @skip(if: false) { id } }',
  'one operation a thousand times': times(1_000, () => `query q { ${field} }`),
  'two operations of one name': `query q { ${field} } query q { ${field} }`,
  'operations without a name': times(20, () => `{ ${field} }`),
  'a thousand variables': `query (${times(1_000, (at) => `$v${at}: ID`)}) { ${field} }`,
  'a variable twice': `query ($v: ID!, $v: ID!) { thread(id: $v) { id } }`,
  'fields that contradict each other': `{ ${times(45, () => 'thread(id: "t") { title: id title }')} }`,
  'one field ten thousand times': `{ thread(id: "t") { ${'title '.repeat(10_000)} } }`,
  'a question for the schema': '{ __schema { types { name fields { name } } } }',
  'a question for a type': '{ __type(name: "Thread") { fields { name } } }',
  'a deep question for the schema': `{ __schema { types { fields { type ${nested(100, '{ ofType ', '{ name }', '}')} } } } }`,
  'pages of pages of pages': `{ threads(first: 100) { nodes { messages(last: 100) { nodes { thread { messages(last: 100) { nodes {
    thread { members(first: 100) { nodes { userId } } } } } } } } } } }`,
  'a schema instead of an operation': 'type Query { a: Int } schema { query: Query }',
  'an extension of the schema': `${'extend type Query { a: Int } '}{ ${field} }`,
  'a subscription to everything at once': 'subscription { a: viewerEvents { cursor } b: viewerEvents { cursor } }',
  'a subscription to the schema': 'subscription { __typename }',
  'a text without an end': '{ thread(id: "t',
  'a NUL in the middle': '{ thread(id: "t")\u0000 { title } }',
  'half of a character': '{ thread(id: "\\ud83d") { title } }',
  'a character that is none': '{ thread(id: "\\u{110000}") { title } }',
  'names from the prototype': '{ constructor { __proto__ } toString hasOwnProperty }',
  'a type from the prototype': `query ($x: constructor, $y: __proto__) { ${field} }`,
  'a fragment named as the prototype': '{ thread(id: "t") { ...__proto__ ...constructor } }',
  'nothing but blanks': ' \n\t,,, '.repeat(5_000),
  'not GraphQL at all': "'; DROP TABLE threads; --",
}
