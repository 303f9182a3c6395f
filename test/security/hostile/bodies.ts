/** What stands in for a good question where something else is the attack. */
export const goodQuestion = '{ viewer { id } }'

const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
const variables = (json: string): string =>
  `{"query":"query ($x: JSONObject) { threads(filter: { metadata: $x }) { nodes { id } } }","variables":${json}}`

/** Bodies that are no GraphQL request, or one that must not be answered. */
export const hostileBodies: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>> = {
  nothing: '',
  blanks: ' \n ',
  'half of a JSON': '{"query":"{ viewer { id } }"',
  'JSON and more': `{"query":"${goodQuestion}"} {}`,
  'not JSON': 'query { viewer { id } }',
  'single quotes': `{'query':'${goodQuestion}'}`,
  'a number that JSON lacks': '{"query":"{ viewer { id } }","variables":{"x":NaN}}',
  null: 'null',
  'a number': '7',
  'a text': '"{ viewer { id } }"',
  'a batch': JSON.stringify([{ query: goodQuestion }, { query: goodQuestion }]),
  'a batch of a thousand': JSON.stringify(Array.from({ length: 1_000 }, () => ({ query: goodQuestion }))),
  'no query': '{}',
  'a query of null': '{"query":null}',
  'a query that is a number': '{"query":7}',
  'a query that is a list': `{"query":["${goodQuestion}"]}`,
  'a query that is an object': '{"query":{"toString":"x"}}',
  'an operation name that is an object': `{"query":"${goodQuestion}","operationName":{}}`,
  'an operation that is not there': `{"query":"${goodQuestion}","operationName":"other"}`,
  'an operation of the prototype': `{"query":"${goodQuestion}","operationName":"__proto__"}`,
  'variables that are a list': `{"query":"${goodQuestion}","variables":[1]}`,
  'variables that are a text': `{"query":"${goodQuestion}","variables":"{}"}`,
  'extensions that are a text': `{"query":"${goodQuestion}","extensions":"{}"}`,
  'a stored query that is not stored':
    '{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38"}}}',
  'variables of five megabytes': variables(`{"x":{"a":"${'x'.repeat(5_000_000)}"}}`),
  'lists a hundred thousand deep': deep(100_000),
  'variables that no filter takes': variables('{"x":[1,2,3]}'),
  'a text that is not UTF-8': new Uint8Array([
    ...new TextEncoder().encode('{"query":"{ viewer(id: \\"'),
    0xff,
    0xfe,
    0x22,
  ]),
  'a body of zeros': new Uint8Array(1_000),
  'a zipped body': new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]),
  'half of a character in the query': '{"query":"{ viewer { \\ud83d } }"}',
}

/** Frames that are not of the protocol, or come out of its order. Each ends the socket, or is answered with an error. */
export const hostileFrames: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>> = {
  nothing: '',
  'not JSON': '{',
  null: 'null',
  'a list': '[]',
  'a message of no type': '{}',
  'a type that nobody knows': '{"type":"exec","id":"1"}',
  'a type from the prototype': '{"type":"__proto__"}',
  'a type that is a list': '{"type":["subscribe"],"id":"1","payload":{"query":"{ viewer { id } }"}}',
  'a second introduction': '{"type":"connection_init","payload":{}}',
  'no id': `{"type":"subscribe","payload":{"query":"${goodQuestion}"}}`,
  'an empty id': `{"type":"subscribe","id":"","payload":{"query":"${goodQuestion}"}}`,
  'an id that is an object': `{"type":"subscribe","id":{},"payload":{"query":"${goodQuestion}"}}`,
  'no payload': '{"type":"subscribe","id":"1"}',
  'a payload of null': '{"type":"subscribe","id":"1","payload":null}',
  'a payload without a query': '{"type":"subscribe","id":"1","payload":{}}',
  'a query that is a number': '{"type":"subscribe","id":"1","payload":{"query":7}}',
  'variables that are a text': `{"type":"subscribe","id":"1","payload":{"query":"${goodQuestion}","variables":"x"}}`,
  'what only a server says': '{"type":"next","id":"1","payload":{}}',
  'a frame that is too large': `{"type":"ping","payload":{"x":"${'x'.repeat(70_000)}"}}`,
  'lists without an end': '['.repeat(60_000),
  'bytes that are not UTF-8': new Uint8Array([0xff, 0xfe, 0xfd]),
  zeros: new Uint8Array(1_000),
}
