import { describe, expect, it } from 'bun:test'
import type { Lake, LakeState } from '../platform/lake'
import { askLake } from './ask-lake'

const query = { reader: 'operator', sql: 'SELECT 1' } as const
const columns = [{ name: 'n', type: 'BIGINT' }]

/** A lake that answers with these states, the last one for ever, and notes what it was asked. */
function aLake(...states: LakeState[]) {
  const asked: string[] = []
  const lake: Lake = {
    isImmediate: false,
    async start() {
      asked.push('start')
      return 'q'
    },
    async poll() {
      asked.push('poll')
      return states.length > 1 ? states.shift()! : states[0]!
    },
    async cancel() {
      asked.push('cancel')
    },
    async [Symbol.asyncDispose]() {},
  }
  return { lake, asked }
}

async function* pages(...all: unknown[][][]) {
  yield* all
}

async function* broken() {
  yield [[1]]
  throw new Error('the bucket is gone')
}

describe('asking a lake', () => {
  it('waits for the answer, and gives all of its pages', async () => {
    const running = { status: 'running', progress: { scannedBytes: 7 } } as const
    const done = { status: 'done', columns, pages: pages([[1], [2]], [[3]]) } as const
    const { lake, asked } = aLake(running, done)
    const seen: unknown[] = []
    const onProgress = (state: unknown) => void seen.push(state)
    expect(await askLake(lake, query, { onProgress })).toEqual({ columns, rows: [[1], [2], [3]] })
    expect(asked).toEqual(['start', 'poll', 'poll'])
    expect(seen).toEqual([running])
  })

  it("throws the engine's sentence, and cancels nothing that has ended", async () => {
    const { lake, asked } = aLake({ status: 'failed', reason: 'no such column' })
    const error = await askLake(lake, query).catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'invalid_request', message: 'no such column' })
    expect(asked).toEqual(['start', 'poll'])
  })

  it('cancels what it cannot read to its end', async () => {
    const { lake, asked } = aLake({ status: 'done', columns, pages: broken() })
    await expect(askLake(lake, query)).rejects.toThrow('the bucket is gone')
    expect(asked.at(-1)).toBe('cancel')
  })

  it('cancels when it is told to stop, at once and in the middle of a pause', async () => {
    const { lake, asked } = aLake({ status: 'running' })
    const person = new AbortController()
    const answer = askLake(lake, query, {
      signal: person.signal,
      onProgress: () => person.abort(new Error('Ctrl-C')),
    })
    await expect(answer).rejects.toThrow('Ctrl-C')
    expect(asked).toContain('cancel')
  })

  it('starts nothing when it was told before', async () => {
    const { lake, asked } = aLake({ status: 'running' })
    const signal = AbortSignal.abort(new Error('Ctrl-C'))
    await expect(askLake(lake, query, { signal })).rejects.toThrow('Ctrl-C')
    expect(asked).toEqual([])
  })
})
