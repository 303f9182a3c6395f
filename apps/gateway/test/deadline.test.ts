import { forward } from '@threadkeep/core/store'
import { expect, test } from 'vitest'
import { memoryBackend, startTestGateway } from './harness.ts'

const send = `mutation { sendMessage(input: { threadId: "a", content: "late", clientId: "1" }) {
  message { seq } deduplicated userErrors { code }
} }`

test('past the deadline a change says that it may have happened, a question that it was late; once the store is back it is there, once', async () => {
  const backend = memoryBackend()
  const away = Promise.withResolvers<void>()
  let slow = false
  const store = forward(backend.store, {
    async get(at, options) {
      if (slow) await away.promise
      return backend.store.get(at, options)
    },
    async commit(changes, options) {
      if (slow) await away.promise
      return backend.store.commit(changes, options)
    },
  })
  const gateway = await startTestGateway({ backend: { ...backend, store }, deadline: 300 })
  const ada = await gateway.person('ada')
  await ada.get('mutation { createThread(input: { id: "a" }) { thread { id } } }')
  slow = true
  const [changed, asked] = await Promise.all([ada.ask(send), ada.ask('{ user(id: "ada") { id } }')])
  expect(changed.errors).toMatchObject([{ extensions: { code: 'TIMEOUT', maybeCommitted: true } }])
  expect(asked.errors).toMatchObject([{ extensions: { code: 'TIMEOUT' } }])
  expect(asked.errors![0]!.extensions).not.toHaveProperty('maybeCommitted')
  slow = false
  away.resolve()
  const { sendMessage } = await ada.get(send)
  expect(sendMessage).toEqual({ message: { seq: 1 }, deduplicated: true, userErrors: [] })
})
