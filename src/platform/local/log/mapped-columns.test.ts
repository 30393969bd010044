import { expect, it } from 'bun:test'
import { createMappedColumns } from './mapped-columns'

/** Columns of a hundred bytes each, and how often each was mapped. */
function aCache(maxBytes: number, count: number) {
  const cache = createMappedColumns({ maxBytes })
  const made = Array.from({ length: count }, () => 0)
  const columns = made.map((_, at) =>
    cache.column(() => {
      made[at]! += 1
      return new Uint8Array(100).fill(at)
    }),
  )
  return { made, columns }
}

it('maps what is asked for, once as long as there is room', () => {
  const { made, columns } = aCache(300, 4)
  for (let round = 0; round < 5; round += 1) {
    for (const at of [0, 1, 2]) expect(columns[at]!.get()[0]).toBe(at)
  }
  expect(made).toEqual([1, 1, 1, 0])
})

it('lets go what was not asked for since, and never holds more', () => {
  const { made, columns } = aCache(300, 8)
  const often = [0, 1]
  for (let round = 0; round < 20; round += 1) {
    for (const at of often) columns[at]!.get()
    columns[2 + (round % 6)]!.get()
  }
  const [first, second, ...others] = made
  // What is asked for between all others stays; of these none is there when its turn comes again.
  expect(first! + second!).toBeLessThan(8)
  expect(others.reduce((sum, n) => sum + n)).toBe(20)
})

it('holds one that is larger than all the room until the next', () => {
  const { made, columns } = aCache(50, 2)
  for (const at of [0, 0, 1, 1, 0]) columns[at]!.get()
  expect(made).toEqual([2, 1])
})

it('leaves to its holder what it lets go, and maps a forgotten one anew', () => {
  const { made, columns } = aCache(100, 2)
  const view = columns[0]!.get()
  columns[1]!.get()
  expect(view[99]).toBe(0)
  columns[1]!.forget()
  columns[1]!.forget()
  columns[0]!.get()
  columns[0]!.get()
  columns[1]!.get()
  expect(made).toEqual([2, 2])
})
