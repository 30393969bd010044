import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { type Cell, type Sum, suppress, withoutFew } from './suppress'

const of = (...people: number[]): Cell[] => people.map((one) => ({ people: one }))

describe('groups of few', () => {
  it('are left out below k, and a group of nobody is shown', () => {
    expect(suppress(of(4, 5, 0, 100))).toEqual([true, false, false, false])
    expect(suppress(of(4, 5, 9, 10), [], 10)).toEqual([true, true, true, false])
    expect(withoutFew(of(1, 5, 4))).toEqual({ rows: of(5), suppressed: 2 })
    expect(suppress([])).toEqual([])
  })

  it('take the smallest other group along where the total is shown', () => {
    const sum = { total: 3, parts: [0, 1, 2] }
    expect(suppress(of(2, 9, 8, 19), [sum])).toEqual([true, false, true, false])
    // Two below k are about four people together, which the total would tell.
    expect(suppress(of(2, 2, 8, 12), [sum])).toEqual([true, true, true, false])
    expect(suppress(of(7, 9, 8, 24), [sum])).toEqual([false, false, false, false])
  })

  it('take the total along where no other group is left', () => {
    const sum = { total: 2, parts: [0, 1] }
    expect(suppress(of(3, 3, 6), [sum])).toEqual([true, true, true])
    expect(suppress(of(3, 0, 3), [sum])).toEqual([true, false, true])
    expect(suppress(of(3, 0, 6), [sum])).toEqual([true, false, true])
  })

  it('are not the difference of two steps', () => {
    const steps = { total: 0, parts: [1, 2] }
    expect(suppress(of(40, 38, 2), [steps])).toEqual([false, true, true])
  })

  it('are not worked out of several sums together', () => {
    // Two squares of hidden figures, joined by one: each row and column has two at least, and still.
    const rows = 6
    const people = Array.from({ length: rows * rows }, () => 50)
    for (const [r, c] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
      [1, 3],
      [3, 3],
      [3, 4],
      [4, 3],
      [4, 4],
    ] as const) {
      people[r * rows + c] = r === 1 && c === 3 ? 3 : 5
    }
    const { cells, sums } = tableOf(people, rows)
    const hidden = suppress(cells, sums)
    expect(hidden[1 * rows + 3]).toBe(true)
    expect(leaked(cells, sums, hidden, 5)).toEqual([])
  })

  it('are in no table worked out by whoever solves its equations', () => {
    const figures = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 4, maxLength: 30 })
    fc.assert(
      fc.property(figures, fc.integer({ min: 2, max: 5 }), (people, columns) => {
        const whole = people.slice(0, people.length - (people.length % columns))
        const { cells, sums } = tableOf(whole, columns)
        expect(leaked(cells, sums, suppress(cells, sums), 5)).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('are in no web of sums worked out either', () => {
    const web = fc.record({
      people: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 3, maxLength: 9 }),
      chosen: fc.array(fc.array(fc.nat(20), { minLength: 1, maxLength: 5 }), { maxLength: 8 }),
    })
    fc.assert(
      fc.property(web, ({ people, chosen }) => {
        const cells = of(...people)
        const sums = chosen.map((some) => {
          const parts = [...new Set(some.map((one) => one % cells.length))]
          const people = parts.reduce((sum, at) => sum + cells[at]!.people, 0)
          return { total: cells.push({ people }) - 1, parts }
        })
        expect(leaked(cells, sums, suppress(cells, sums), 5)).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('are left out of ten thousand rows with totals within a second', () => {
    const columns = 5
    const { cells, sums } = tableOf(
      Array.from({ length: 10_000 }, (_, at) => (at * 7919) % 23),
      columns,
    )
    const hidden = suppress(cells, sums)
    expect(cells.filter(({ people }, at) => people > 0 && people < 5 && !hidden[at])).toEqual([])
    expect(hidden.filter((one) => !one).length).toBeGreaterThan(4_000)
  })
})

/** Adds the totals of rows, of columns and of all. */
function tableOf(people: readonly number[], columns: number): { cells: Cell[]; sums: Sum[] } {
  const cells = of(...people)
  const sums: Sum[] = []
  function add(parts: number[]): number {
    const total = cells.push({ people: parts.reduce((sum, at) => sum + cells[at]!.people, 0) }) - 1
    sums.push({ total, parts })
    return total
  }
  const places = [...people.keys()]
  const rows = Array.from({ length: people.length / columns }, (_, row) =>
    add(places.filter((at) => Math.floor(at / columns) === row)),
  )
  const sides = Array.from({ length: columns }, (_, column) =>
    add(places.filter((at) => at % columns === column)),
  )
  const all = add(rows)
  sums.push({ total: all, parts: sides })
  return { cells, sums }
}

/**
 * Lists the figures below k that follow from what is shown, by fractions: a figure follows if it adds
 * nothing to the rank of the equations.
 */
function leaked(cells: readonly Cell[], sums: readonly Sum[], hidden: boolean[], k: number) {
  const unknown = cells.flatMap((_, at) => (hidden[at] ? [at] : []))
  const equations = sums.map(({ total, parts }) =>
    unknown.map((at) => BigInt(parts.filter((one) => one === at).length - Number(total === at))),
  )
  const rank = rankOf(equations)
  const isFew = (at: number) => cells[at]!.people > 0 && cells[at]!.people < k
  return cells.flatMap((_, at) => {
    if (!isFew(at)) return []
    if (!hidden[at]) return [at]
    const alone = unknown.map((one) => BigInt(Number(one === at)))
    return rankOf([...equations, alone]) === rank ? [at] : []
  })
}

/** By elimination without fractions (Bareiss). */
function rankOf(given: readonly bigint[][]): number {
  const rows = given.map((row) => [...row])
  let rank = 0
  for (let column = 0; column < (rows[0]?.length ?? 0); column += 1) {
    const at = rows.findIndex((row, index) => index >= rank && row[column] !== 0n)
    if (at === -1) continue
    const [pivot] = rows.splice(at, 1)
    rows.splice(rank, 0, pivot!)
    for (const row of rows.slice(rank + 1)) {
      const times = row[column]!
      for (const [index, value] of pivot!.entries()) {
        row[index] = row[index]! * pivot![column]! - value * times
      }
    }
    rank += 1
  }
  return rank
}
