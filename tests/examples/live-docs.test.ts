import { afterAll, beforeAll, expect, it } from 'bun:test'
import { addressOf, blocksOf, overRestart } from '../support/live-docs'
import { type PublishTest, startPublishTest } from '../support/publish-api'

/* The code of docs/live.md, as it stands there. */

let test: PublishTest
beforeAll(async () => {
  test = await startPublishTest()
})
afterAll(() => test[Symbol.asyncDispose]())

it('docs/live.md follows events in JavaScript, over a restart of the server', async () => {
  const [code] = blocksOf('js')
  const printed: unknown[][] = []
  const warned: unknown[][] = []
  const listener = {
    log: (...values: unknown[]) => void printed.push(values),
    warn: (...values: unknown[]) => void warned.push(values),
  }
  const ended = Promise.withResolvers<void>()
  await overRestart(async (server) => {
    const address = addressOf(server)
    // Its sockets are closed at the end of the test, and not opened again.
    const body = code!.replace('wss://HOST/ws/subscribe', address)
    const follow = new Function('KEY', 'console', 'WebSocket', body)
    let last: WebSocket | undefined
    class Followed extends WebSocket {
      constructor(...from: ConstructorParameters<typeof WebSocket>) {
        super(...from)
        last = this
      }
    }
    follow(server.key, listener, Followed)
    return {
      hasPrinted: (count) => printed.length >= count,
      async end() {
        last!.onclose = () => ended.resolve()
        last!.close()
        await ended.promise
      },
    }
  })
  expect(printed).toEqual(['away', 'back'].map((n) => ['quiz_completed', 'u-17', { n }]))
  expect(warned[0]).toEqual([expect.any(Number), expect.any(String)])
}, 30_000)

it('docs/live.md has filters that are taken', async () => {
  const filters = blocksOf('json').filter((code) => code.includes('"path"'))
  expect(filters).not.toEqual([])
  for (const filter of filters) {
    await using socket = await test.follow(test.app.keys.admin)
    socket.send(JSON.stringify({ filter: JSON.parse(filter) }))
    expect(JSON.parse(await socket.next())).toMatchObject({ status: 'subscribed' })
  }
})
