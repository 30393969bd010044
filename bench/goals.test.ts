import { describe, expect, it } from 'bun:test'
import { figureOf, goalsIn, markOf, wantedOf } from './goals'

const aGoal = { goal: 'a query', value: 10, unit: 'ms' }

describe('a goal', () => {
  it('is met at its bound, and not beyond', () => {
    expect(markOf({ ...aGoal, most: 10 })).toBe('met')
    expect(markOf({ ...aGoal, most: 9.99 })).toBe('NOT met')
    expect(markOf({ ...aGoal, least: 10 })).toBe('met')
    expect(markOf({ ...aGoal, least: 10.01 })).toBe('NOT met')
    expect(markOf({ ...aGoal, least: 1, most: 2 })).toBe('NOT met')
  })

  it('is never met by what was not measured', () => {
    expect(markOf({ ...aGoal, value: Number.NaN, most: 10 })).toBe('not measured')
    expect(figureOf({ value: Number.NaN, unit: 'ms' })).toBe('–')
  })

  it('has a bound', () => {
    expect(() => markOf(aGoal)).toThrow('no bound')
  })

  it('is read as it was left, what was not measured too', () => {
    const goals = [
      { ...aGoal, most: 2 },
      { ...aGoal, value: Number.NaN, most: 2, beside: 'no PostgreSQL' },
    ]
    const text = goals.map((one) => `${JSON.stringify(one)}\n`).join('')
    expect(goalsIn(text)).toEqual(goals)
  })

  it('says figure and bound with the digits that mean something', () => {
    expect(figureOf({ value: 1234.5, unit: 'MB' })).toBe('1,235 MB')
    expect(figureOf({ value: 26.04, unit: 'µs' })).toBe('26 µs')
    expect(figureOf({ value: 2.714, unit: '×' })).toBe('2.71 ×')
    expect(wantedOf({ ...aGoal, most: 50 })).toBe('≤ 50 ms')
    expect(wantedOf({ ...aGoal, least: 1, most: 2 })).toBe('≤ 2 ms, ≥ 1 ms')
  })
})
