import { describe, expect, it } from 'bun:test'
import { isDeeperThan } from './json-scan'

const nested = (depth: number) => `${'{"a":['.repeat(depth / 2)}1${']}'.repeat(depth / 2)}`

describe('how deep a JSON text is nested', () => {
  it('is the number of brackets open at once', () => {
    expect(isDeeperThan(nested(100), 100)).toBe(false)
    expect(isDeeperThan(nested(102), 100)).toBe(true)
    expect(isDeeperThan('1', 0)).toBe(false)
    expect(isDeeperThan('[]', 0)).toBe(true)
  })

  it('does not count brackets beside each other, or in strings', () => {
    expect(isDeeperThan(`[${'{},'.repeat(500)}{}]`, 2)).toBe(false)
    expect(isDeeperThan(JSON.stringify({ text: '[{'.repeat(500) }), 1)).toBe(false)
    expect(isDeeperThan(JSON.stringify({ text: '\\"'.repeat(99) + '{'.repeat(500) }), 1)).toBe(
      false,
    )
  })

  it('is known of a million levels', () => {
    expect(isDeeperThan(nested(1_000_000), 100)).toBe(true)
  })
})
