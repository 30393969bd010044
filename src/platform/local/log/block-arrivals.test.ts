import { expect, test } from 'bun:test'
import { isStoredBefore } from './block-arrivals'
import { BLOCK } from './block-times'
import type { Generation } from './generation'

function aGeneration(storedAt: (offset: number) => number) {
  let looks = 0
  const generation = {
    storedAt(offset: number) {
      looks += 1
      return storedAt(offset)
    },
  } as Generation
  return { generation, looks: () => looks }
}

test('no block is looked at where everything is asked for', () => {
  const { generation, looks } = aGeneration((offset) => offset)
  expect(isStoredBefore(generation, Number.NEGATIVE_INFINITY)(0, 2 * BLOCK)).toBe(false)
  expect(looks()).toBe(0)
})

test('a block was stored before a time if its last event was; it is looked at once', () => {
  const { generation, looks } = aGeneration((offset) => offset)
  const count = 2 * BLOCK + 1
  expect(isStoredBefore(generation, BLOCK)(0, count)).toBe(true)
  const once = looks()
  expect(isStoredBefore(generation, BLOCK - 1)(0, count)).toBe(false)
  expect(looks()).toBe(once)
  expect(isStoredBefore(generation, BLOCK)(1, count)).toBe(false)
  // It still fills up.
  expect(isStoredBefore(generation, Number.MAX_SAFE_INTEGER)(2, count)).toBe(false)
})
