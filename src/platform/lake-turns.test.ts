import { describe, expect, it } from 'bun:test'
import { createLakeTurns } from './lake-turns'

describe('turns at the lake', () => {
  it('are had by so many at a time, tenants in rotation', async () => {
    const turns = createLakeTurns(1)
    const end = await turns.take('a')
    const order: string[] = []
    const all = ['a1', 'a2', 'a3', 'b1', 'c1', 'b2'].map(async (name) => {
      const done = await turns.take(name[0]!)
      order.push(name)
      await Bun.sleep(1)
      done()
      done()
    })
    await Bun.sleep(5)
    expect(order).toEqual([])
    end()
    end()
    await Promise.all(all)
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
    // Nothing is left behind.
    ;(await turns.take('d'))()
  })

  it('are refused to too many of one tenant, and to nobody else for that', async () => {
    const turns = createLakeTurns(1)
    const end = await turns.take('a')
    const asked = Array.from({ length: 70 }, () => turns.take('a').catch((error) => error.code))
    const other = turns.take('b')
    expect(await Promise.all(asked.slice(64))).toEqual(Array(6).fill('busy'))
    end()
    const first = (await asked[0]) as () => void
    first()
    expect(typeof (await other)).toBe('function')
  })

  it('are lost by whoever goes away', async () => {
    const turns = createLakeTurns(1)
    const end = await turns.take('a')
    const gone = new AbortController()
    const left = turns.take('a', gone.signal).catch((error) => error.code)
    const stays = turns.take('a')
    gone.abort()
    expect(await left).toBe('busy')
    end()
    ;(await stays)()
    expect(await turns.take('a', gone.signal)).toBeFunction()
  })
})
