import { describe, expect, it } from 'bun:test'
import { eachOf, finish, inTurn, inTurns, type Steps } from './steps'

function* busy(steps: number, name: string, ended: string[]): Steps<string> {
  for (let step = 0; step < steps; step += 1) {
    const until = performance.now() + 1
    while (performance.now() < until); // a millisecond of work
    yield
  }
  ended.push(name)
  return name
}

describe('work in turns', () => {
  it('gives what it comes to, and passes on what it throws', async () => {
    expect(await inTurns(eachOf([1, 2, 3], (one) => one * 2))).toEqual([2, 4, 6])
    expect(finish(eachOf([1], String))).toEqual(['1'])
    const failing = () => {
      throw new Error('no')
    }
    expect(await inTurn(failing).catch((error) => error.message)).toBe('no')
    expect(await inTurn(() => 'goes on')).toBe('goes on')
  })

  it('lets others have the thread in between', async () => {
    const ended: string[] = []
    const long = inTurns(busy(200, 'long', ended))
    await new Promise((resolve) => setTimeout(resolve, 1))
    ended.push('a timer')
    await long
    expect(ended).toEqual(['a timer', 'long'])
  })

  it('does not keep a small piece waiting for all large ones, nor these for all small ones', async () => {
    const ended: string[] = []
    const large = Array.from({ length: 10 }, (_, n) => inTurns(busy(100, `large ${n}`, ended)))
    await new Promise(setImmediate)
    let isFlooding = true
    async function flood() {
      while (isFlooding) {
        await inTurns(busy(1, 'small', ended))
        await new Promise(setImmediate)
      }
    }
    const floods = Array.from({ length: 5 }, flood)
    await Promise.all(large)
    isFlooding = false
    await Promise.all(floods)
    // The large work takes a second; each small one waited two or three turns of it, not all fifty.
    expect(ended.indexOf('small')).toBe(0)
    expect(ended.filter((name) => name === 'small').length).toBeGreaterThan(40)
  })
})
