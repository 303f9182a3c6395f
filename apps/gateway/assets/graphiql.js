// The page of `GET /graphql`: GraphiQL as its makers built it, and how it talks to this gateway.
const { GraphiQL, React, ReactDOM } = window
const endpoint = '/graphql'

// The token comes after the `#`, which no server sees, and leaves the address at once.
const token = new URLSearchParams(location.hash.slice(1)).get('token')
if (token) history.replaceState(null, '', location.pathname)

const welcome = `# Threadkeep: try an operation. Ctrl-Enter runs it, Ctrl-Space completes it.
#
# Every request needs a token: see Headers below. The gateway prints one when it starts in development.

query Threads {
  threads(first: 10) {
    nodes { id title messageCount lastMessage { content authorId } }
  }
}

mutation Create {
  createThread(input: { title: "Hello" }) { thread { id } userErrors { code message } }
}

# Then take the id of a thread into the variables: { "threadId": "…" }
mutation Send($threadId: ID!) {
  sendMessage(input: { threadId: $threadId, content: "Hello, world" }) { message { seq } userErrors { code message } }
}

subscription Listen($threadId: ID!) {
  threadEvents(threadId: $threadId) {
    __typename
    ... on MessageEvent { change message { seq content authorId } }
  }
}
`

/** Runs one operation: a subscription as a stream of events, everything else as one answer. */
function fetcher({ query, variables, operationName }, { headers, documentAST } = {}) {
  const request = (accept) =>
    fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, ...headers },
      body: JSON.stringify({ query, variables, operationName }),
    })
  const operations = (documentAST?.definitions ?? []).filter(({ kind }) => kind === 'OperationDefinition')
  const operation = operations.find(({ name }) => name?.value === operationName) ?? operations[0]
  if (operation?.operation !== 'subscription') return request('application/json').then((response) => response.json())
  return events(() => request('text/event-stream'))
}

/** The results in a stream of server-sent events, as they come. */
async function* events(open) {
  const response = await open()
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
    yield await response.json()
    return
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      const blocks = (text + value).split('\n\n')
      text = blocks.pop()
      for (const block of blocks) {
        if (block.startsWith('event: complete')) return
        if (block.startsWith('event: next')) yield JSON.parse(block.slice(block.indexOf('data: ') + 6))
      }
    }
  } finally {
    await reader.cancel()
  }
}

ReactDOM.createRoot(document.getElementById('graphiql')).render(
  React.createElement(GraphiQL, {
    fetcher,
    defaultQuery: welcome,
    shouldPersistHeaders: false,
    isHeadersEditorEnabled: true,
    defaultHeaders: JSON.stringify({ authorization: `Bearer ${token ?? '…'}` }, null, 2),
  }),
)
