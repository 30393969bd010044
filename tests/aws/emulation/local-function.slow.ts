import { describe, expect, it } from 'bun:test'
import { readFileSync } from 'node:fs'
import { startFunctionUrl } from '../../../tools/aws-local/function-url'
import { aFunction, returned } from './functions'

describe('A function on one machine', () => {
  it('runs on the Node of Lambda, with its own settings and the time it has left', async () => {
    await using fixture = aFunction('bundle.handler')
    const answer = await returned(fixture.invoke({ a: 1 }))
    expect(answer).toMatchObject({ event: { a: 1 }, name: 'fixture', setting: 'as deployed' })
    expect(answer.node).toStartWith('24.')
    expect(answer.remaining).toBeWithin(1, 20_001)
  })

  it('keeps its process for the next event', async () => {
    await using fixture = aFunction('bundle.handler')
    const first = await returned(fixture.invoke({}))
    const second = await returned(fixture.invoke({}))
    expect([first.count, second.count, second.pid]).toEqual([1, 2, first.pid])
  })

  it('stands still between events', async () => {
    await using fixture = aFunction('bundle.handler')
    const { pid } = await returned(fixture.invoke({}))
    // Linux's word for stopped: the field after the name, which is in brackets.
    const stat = () => readFileSync(`/proc/${pid}/stat`, 'utf8')
    while (!stat().includes(') T ')) await Bun.sleep(10)
    expect(await returned(fixture.invoke({}))).toMatchObject({ pid, count: 2 })
  })

  it('handles one event at a time in each process, and starts another beside a busy one', async () => {
    await using fixture = aFunction('bundle.handler', {}, 2)
    const events = [1, 2, 3].map(() => returned(fixture.invoke({ do: 'wait', ms: 100 })))
    const answers = await Promise.all(events)
    expect(new Set(answers.map(({ pid }) => pid)).size).toBe(2)
    expect(fixture.sandboxes()).toBe(2)
  })

  it('counts calls and errors as Lambda does, and refuses those for which no place is kept', async () => {
    const counted: Record<string, number> = {}
    const onCounted = (name: string, value: number) => {
      counted[name] = (counted[name] ?? 0) + value
    }
    await using fixture = aFunction('bundle.handler', { reserved: 1, onCounted })
    const [first, refused] = await Promise.all([fixture.invoke({}), fixture.invoke({})])
    expect(first.kind).toBe('returned')
    expect(refused).toMatchObject({ kind: 'failed', errorType: 'TooManyRequestsException' })
    await fixture.invoke({ do: 'throw', errorMessage: 'not today' })
    expect(counted).toEqual({ Invocations: 2, Errors: 1, Throttles: 1 })
    await using url = await startFunctionUrl(() => fixture)
    fixture.spec.reserved = 0
    expect((await fetch(url.url)).status).toBe(429)
    expect(counted).toMatchObject({ UrlRequestCount: 1, Url4xxCount: 1, Url5xxCount: 0 })
  })

  it('fails with what the function threw, and goes on', async () => {
    await using fixture = aFunction('bundle.handler')
    const errorMessage = 'not today'
    expect(await fixture.invoke({ do: 'throw' })).toEqual({
      kind: 'failed',
      errorType: 'TypeError',
      errorMessage,
    })
    expect(await returned(fixture.invoke({}))).toMatchObject({ count: 2 })
  })

  it('fails when its process ends, and starts a new one for the next event', async () => {
    await using fixture = aFunction('bundle.handler')
    const outcome = await fixture.invoke({ do: 'exit' })
    expect(outcome).toMatchObject({ errorMessage: 'Runtime exited with exit status 3' })
    expect(await returned(fixture.invoke({}))).toMatchObject({ count: 1 })
  })

  it('fails when its time is over, and is not used any more', async () => {
    await using fixture = aFunction('bundle.handler', { timeout: 1 })
    const outcome = await fixture.invoke({ do: 'hang' })
    expect(outcome).toMatchObject({ errorMessage: 'Task timed out after 1 seconds' })
    expect(await returned(fixture.invoke({}))).toMatchObject({ count: 1 })
  })

  it('fails in the middle of an event when it is killed', async () => {
    await using fixture = aFunction('bundle.handler')
    const outcome = fixture.invoke({ do: 'hang' })
    while (!fixture.logged.includes('hanging')) await Bun.sleep(10)
    fixture.kill()
    expect(await outcome).toMatchObject({ errorMessage: 'Runtime exited with SIGKILL' })
  })

  const broken: [name: string, handler: string, sentence: string][] = [
    ['cannot be loaded', 'broken.handler', 'cannot be loaded'],
    ['lacks the handler', 'bundle.missing', 'Function "missing" not found'],
  ]
  for (const [name, handler, sentence] of broken) {
    it(`fails with the reason when its code ${name}`, async () => {
      await using fixture = aFunction(handler)
      const outcome = await fixture.invoke({})
      expect(outcome).toMatchObject({
        kind: 'failed',
        errorMessage: expect.stringContaining(sentence),
      })
    })
  }

  it('hands on what the function writes, line by line', async () => {
    await using fixture = aFunction('bundle.handler')
    await fixture.invoke({ do: 'log' })
    expect(fixture.logged).toContain('a line of the function')
  })
})
