import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { TcpProxy } from './tcp-proxy.ts'
import { tcpProxy } from './tcp-proxy.ts'

describe('a TCP proxy', () => {
  const received: string[] = []
  const echo = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (data) => {
      received.push(String(data))
      socket.write(data)
    })
  })
  let proxy: TcpProxy
  let client: Socket
  let answers = ''

  beforeEach(async () => {
    received.length = 0
    answers = ''
    echo.listen(0, '127.0.0.1')
    await once(echo, 'listening')
    proxy = await tcpProxy(`tcp://127.0.0.1:${(echo.address() as AddressInfo).port}`)
    client = await open()
  })
  afterEach(async () => {
    client.destroy()
    await proxy[Symbol.asyncDispose]()
    await new Promise((resolve) => echo.close(resolve))
  })

  async function open(): Promise<Socket> {
    const socket = connect(proxy.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.on('data', (data) => {
      answers += String(data)
    })
    await once(socket, 'connect')
    return socket
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await sleep(5)
  }

  test('passes bytes, and late when told to, in order', async () => {
    client.write('a')
    await until(() => answers === 'a')
    proxy.delay(60)
    const before = performance.now()
    client.write('b')
    client.write('c')
    await until(() => answers === 'abc')
    expect(performance.now() - before).toBeGreaterThan(110)
  })

  test('drops replies: the server has the request, the client never hears', async () => {
    proxy.mode('dropReplies')
    client.write('a')
    await until(() => received.length === 1)
    await sleep(30)
    expect(answers).toBe('')
    proxy.restore()
    client.write('b')
    await until(() => answers === 'b')
  })

  test('drops replies from a certain request on: that one has arrived when it says so', async () => {
    const caught = proxy.dropRepliesFrom('commit')
    client.write('a')
    await until(() => answers === 'a')
    client.write('say commit now')
    await caught
    await until(() => received.length === 2)
    await sleep(30)
    expect(answers).toBe('a')
    proxy.restore()
    client.write('b')
    await until(() => answers === 'ab')
  })

  test('half open: nothing arrives anywhere, and the connection stays', async () => {
    proxy.mode('halfOpen')
    client.write('a')
    await sleep(30)
    expect(received).toEqual([])
    expect(client.destroyed).toBe(false)
  })

  test('silences connections for good: new ones pass', async () => {
    proxy.silence()
    proxy.restore()
    client.write('a')
    const other = await open()
    other.write('b')
    await until(() => answers === 'b')
    await sleep(30)
    expect(received).toEqual(['b'])
    expect(client.destroyed).toBe(false)
    other.destroy()
  })

  test('cuts connections, refuses new ones when told to, and takes them again when restored', async () => {
    proxy.cut({ refuse: true })
    await once(client, 'close')
    const refused = await open()
    await once(refused, 'close')
    proxy.restore()
    client = await open()
    client.write('a')
    await until(() => answers === 'a')
  })
})
