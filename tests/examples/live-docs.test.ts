import { afterAll, beforeAll, expect, it } from 'bun:test'
import { run } from '../support/program'
import { type PublishTest, startPublishTest } from '../support/publish-api'
import { read } from '../support/repository'

/* The code of docs/live.md, as it stands there. */

let test: PublishTest
beforeAll(async () => {
  test = await startPublishTest()
})
afterAll(() => test[Symbol.asyncDispose]())

function blocksOf(language: string): string[] {
  const blocks = read('docs/live.md').matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)
  return [...blocks].filter(([, name]) => name === language).map(([, , code]) => code!)
}

it('docs/live.md follows events in JavaScript, and goes on after the last', async () => {
  const [code] = blocksOf('js')
  const address = new URL('/ws/subscribe', test.url).href.replace('http:', 'ws:')
  const body = `${code!.replace('wss://HOST/ws/subscribe', address)}; return [socket, () => after]`
  const follow = new Function('KEY', 'console', body)
  const printed: unknown[][] = []
  const warned: unknown[][] = []
  const told = Promise.withResolvers<void>()
  const listener = {
    log(...values: unknown[]) {
      printed.push(values)
      told.resolve()
    },
    warn: (...values: unknown[]) => void warned.push(values),
  }
  const [socket, after] = follow(test.app.keys.admin, listener)
  await new Promise((resolve) => socket.addEventListener('message', resolve, { once: true }))
  await using publisher = await test.connect()
  for (const event_type of ['quiz_started', 'quiz_completed']) {
    publisher.send(JSON.stringify({ event_type, user_id: 'u-17', payload: { score: 1 } }))
  }
  await told.promise
  expect(printed).toEqual([['quiz_completed', 'u-17', { score: 1 }]])
  expect(after()).toBeString()
  expect(warned).toEqual([])
  socket.close()
})

it('docs/live.md has filters that are taken', async () => {
  const filters = blocksOf('json').filter((code) => code.includes('"path"'))
  expect(filters).not.toEqual([])
  for (const filter of filters) {
    await using socket = await test.follow(test.app.keys.admin)
    socket.send(JSON.stringify({ filter: JSON.parse(filter) }))
    expect(JSON.parse(await socket.next())).toMatchObject({ status: 'subscribed' })
  }
})

it('docs/live.md has Python that is Python', async () => {
  const blocks = blocksOf('python')
  expect(blocks).toHaveLength(1)
  const check = 'import ast, sys; ast.parse(sys.stdin.read())'
  for (const code of blocks) {
    const { exitCode, stderr } = await run(['python3', '-c', check], { stdin: code })
    expect([exitCode, stderr]).toEqual([0, ''])
  }
})
