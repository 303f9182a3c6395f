import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { httpClient, inFlight } from './gateway/http-client.ts'
import { startGateway } from './gateway/start-gateway.ts'
import { cpuPerOperation, defineBench, startServer } from './lib/index.ts'

const count = 1_500
const width = 8
const page = `query Page($id: ID!) {
  thread(id: $id) {
    messages(last: 50) {
      nodes { id seq content createdAt author { id name } }
      pageInfo { hasPreviousPage startCursor }
    }
  }
}`

/** Servers that people would otherwise choose, each with its own defaults, giving the same page from arrays in their memory. */
const peers = { apollo: 'Apollo Server', yoga: 'GraphQL Yoga', mercurius: 'Mercurius' }

export default defineBench({
  about: 'CPU of the gateway for a page of 50 messages with their authors',
  async run({ compare, progress }) {
    progress('starting the gateway')
    const gateway = await startGateway()
    const directory = mkdtempSync(join(tmpdir(), 'threadkeep-bench-'))
    try {
      const { client } = gateway
      await client.ask('mutation { createUser(input: { profile: { name: "Ada" } }) { userErrors { code } } }')
      const { createThread } = await client.ask('mutation { createThread(input: {}) { thread { id } } }')
      const { id } = createThread.thread
      const send =
        'mutation ($id: ID!, $content: String!) { sendMessage(input: { threadId: $id, content: $content }) { message { id } } }'
      for (let i = 0; i < 60; i++)
        await client.ask(send, { id, content: `Message ${i}: the quick brown fox jumps over it` })

      const body = JSON.stringify({ query: page, variables: { id } })
      const answer = join(directory, 'answer.json')
      writeFileSync(answer, await client.post(body))
      await using raw = await startServer({
        script: new URL('./gateway/raw-http.server.ts', import.meta.url).href,
        args: [answer],
        ready: /port (\d+)/,
      })
      const rawClient = httpClient(`http://127.0.0.1:${raw.match[1]}`)
      const ours = cpuPerOperation(count, (n) => inFlight(width, n, () => client.post(body)), gateway.cpu)
      await compare({
        against: 'node:http giving the same JSON',
        bar: '<=4.5',
        unit: 'µs CPU/request',
        ours,
        theirs: cpuPerOperation(count, (n) => inFlight(width, n, () => rawClient.post(body)), raw.cpu),
      })
      await rawClient.close()
      for (const [name, title] of Object.entries(peers)) {
        await using peer = await startServer({
          script: new URL(`./gateway/${name}.server.ts`, import.meta.url).href,
          ready: /serving (http:\S+)/,
        })
        const peerClient = httpClient(peer.match[1]!)
        const nodes = (await peerClient.ask(page, { id })).thread.messages.nodes
        if (nodes.length !== 50) throw new Error(`${title} gives ${nodes.length} messages.`)
        await compare({
          against: `${title}, from memory, without tokens and store`,
          bar: '<=1',
          unit: 'µs CPU/request',
          ours,
          theirs: cpuPerOperation(count, (n) => inFlight(width, n, () => peerClient.post(body)), peer.cpu),
        })
        await peerClient.close()
      }
    } finally {
      await gateway.stop()
      rmSync(directory, { recursive: true, force: true })
    }
  },
})
