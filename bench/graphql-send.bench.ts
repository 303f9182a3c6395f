import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBackend } from '@threadkeep/adapters'
import { createThreadkeep } from '@threadkeep/core'
import { inFlight } from './gateway/http-client.ts'
import { rawConnections } from './gateway/raw-connections.ts'
import { startGateway } from './gateway/start-gateway.ts'
import { defineBench, rate } from './lib/index.ts'

const width = 32
const count = 1_600
const content = 'Where is my order? I was told on Monday that it would be here within two working days.'
const query = `mutation Send($input: SendMessageInput!) {
  sendMessage(input: $input) { message { id seq createdAt } cursor userErrors { code message } }
}`

export default defineBench({
  about: 'Durable messages per second through the gateway, 32 connections over 8 threads',
  async run({ compare, progress }) {
    progress('starting the gateway')
    const directory = mkdtempSync(join(tmpdir(), 'threadkeep-bench-'))
    const gateway = await startGateway('sqlite:<data>/chat.db')
    const backend = await openBackend({ store: `sqlite:${join(directory, 'chat.db')}` })
    const keep = createThreadkeep(backend)
    const ada = { userId: 'ada' }
    const connections = await rawConnections(
      `${gateway.url}/graphql`,
      { authorization: `Bearer ${gateway.token}` },
      width,
    )
    try {
      const direct = await Promise.all(Array.from({ length: 8 }, () => keep.threads.create(ada)))
      const sends: Buffer[] = []
      for (let i = 0; i < 8; i++) {
        const { createThread } = await gateway.client.ask('mutation { createThread(input: {}) { thread { id } } }')
        const variables = { input: { threadId: createThread.thread.id, content } }
        sends.push(connections.request(JSON.stringify({ query, variables })))
      }
      const check = (answer: string): void => {
        if (!answer.includes('"userErrors":[]')) throw new Error(answer)
      }
      await compare({
        against: 'the domain called directly',
        bar: '>=0.35',
        unit: 'message/s',
        // Short rounds: the gateway and who talks to it need both cores, and what else the machine does meets both sides alike.
        rounds: 25,
        ours: rate(count, (n) => connections.send(n, sends, check)),
        theirs: rate(count, (n) =>
          inFlight(width, n, (index) => keep.messages.append(ada, direct[index % 8]!.id, { content })),
        ),
      })
    } finally {
      connections.close()
      await gateway.stop()
      await keep.close()
      await backend.close()
      rmSync(directory, { recursive: true, force: true })
    }
  },
})
