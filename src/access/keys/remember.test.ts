import { describe, expect, it } from 'bun:test'
import { createMemory, forgettable } from './remember'

function scene() {
  const time = { now: 0 }
  const clock = { monotonic: () => time.now }
  const memory = createMemory<string>({ clock, forMs: 100, maxEntries: 3, maxBytes: 60 })
  const names = () => ['a', 'b', 'c', 'd'].filter((name) => memory.get(name) !== undefined)
  return { time, memory, names }
}

describe('a memory', () => {
  it('forgets after its time, and no earlier', () => {
    const { time, memory, names } = scene()
    memory.set('a', 'x')
    time.now = 99
    expect(names()).toEqual(['a'])
    time.now = 100
    expect(names()).toEqual([])
  })

  it('forgets the oldest when there are too many', () => {
    const { memory, names } = scene()
    for (const name of ['a', 'b', 'c', 'd']) memory.set(name, 'x')
    expect(names()).toEqual(['b', 'c', 'd'])
  })

  it('forgets the oldest when they are too large together', () => {
    const { memory, names } = scene()
    for (const name of ['a', 'b', 'c']) memory.set(name, 'x'.repeat(22))
    expect(names()).toEqual(['b', 'c'])
  })

  it('counts what replaces something once', () => {
    const { memory, names } = scene()
    for (let times = 0; times < 10; times += 1) memory.set('a', 'x'.repeat(22))
    memory.set('b', 'x'.repeat(22))
    expect(names()).toEqual(['a', 'b'])
  })

  it('does not remember what is larger than all of it may be, nor what that would replace', () => {
    const { memory, names } = scene()
    memory.set('a', 'x')
    memory.set('b', 'x')
    memory.set('a', 'x'.repeat(100))
    expect(names()).toEqual(['b'])
  })

  it('forgets all of it when it is told to, and remembers as before from then on', () => {
    const time = { now: 0 }
    const { clock, forget } = forgettable({ monotonic: () => time.now })
    const memory = createMemory<string>({ clock, forMs: 5000, maxEntries: 3, maxBytes: 60 })
    memory.set('a', 'x')
    forget()
    expect(memory.get('a')).toBeUndefined()
    memory.set('a', 'y')
    time.now = 4999
    expect(memory.get('a')).toEqual(expect.objectContaining({ value: 'y' }))
    time.now = 5000
    expect(memory.get('a')).toBeUndefined()
  })
})
