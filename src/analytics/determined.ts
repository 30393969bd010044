import type { Sum } from './suppress'

// A prime: arithmetic by its remainders is exact, and a product of two stays below 2 ** 53.
const PRIME = 67_108_859
// Some hundred ms; an answer whose sums are so entangled is left out as a whole.
const MAX_STEPS = 5_000_000

/** The coefficients of a sum that are not zero, by the figure. */
type Row = Map<number, number>

/**
 * Works out, as a reader could, which of the hidden figures follow from the shown ones: each sum is an
 * equation in what is hidden, and they are solved together (Gauss and Jordan).
 * @returns places of those figures; undefined where that would take too long
 */
export function determined(sums: readonly Sum[], hidden: readonly boolean[]): number[] | undefined {
  const equations = sums.map((sum) => equationOf(sum, hidden)).filter(({ size }) => size > 0)
  // The short ones first, so that the long ones are filled up late.
  equations.sort((a, b) => a.size - b.size)
  const solved = new Map<number, Row>()
  // Which of the solved have a figure in them.
  const having = new Map<number, Set<number>>()
  let steps = 0

  function subtract(row: Row, other: Row, times: number) {
    for (const [at, value] of other) {
      const left = ((row.get(at) ?? 0) + (PRIME - times) * value) % PRIME
      if (left === 0) row.delete(at)
      else row.set(at, left)
    }
    steps += other.size
  }

  for (const row of equations) {
    for (const at of [...row.keys()]) {
      const pivot = solved.get(at)
      if (pivot !== undefined && row.has(at)) subtract(row, pivot, row.get(at)!)
      if (steps > MAX_STEPS) return undefined
    }
    const [first] = row
    if (first === undefined) continue
    const [pivot, value] = first
    const scale = inverse(value)
    for (const [at, one] of row) row.set(at, (one * scale) % PRIME)
    for (const other of [...(having.get(pivot) ?? [])]) {
      const before = solved.get(other)!
      subtract(before, row, before.get(pivot)!)
      for (const at of row.keys()) note(at, other, before)
      if (steps > MAX_STEPS) return undefined
    }
    solved.set(pivot, row)
    for (const at of row.keys()) note(at, pivot, row)
  }
  return [...solved].filter(([, { size }]) => size === 1).map(([at]) => at)

  function note(at: number, owner: number, row: Row) {
    const owners = having.get(at) ?? new Set()
    having.set(at, owners)
    if (row.has(at)) owners.add(owner)
    else owners.delete(owner)
  }
}

function equationOf({ total, parts }: Sum, hidden: readonly boolean[]): Row {
  const row: Row = new Map()
  const add = (at: number, value: number) => {
    if (!hidden[at]) return
    const sum = ((row.get(at) ?? 0) + value) % PRIME
    if (sum === 0) row.delete(at)
    else row.set(at, sum)
  }
  add(total, PRIME - 1)
  for (const at of parts) add(at, 1)
  return row
}

/** By Fermat: value ** (PRIME - 2). */
function inverse(value: number): number {
  let result = 1
  let base = value
  for (let power = PRIME - 2; power > 0; power = Math.floor(power / 2)) {
    if (power % 2 === 1) result = (result * base) % PRIME
    base = (base * base) % PRIME
  }
  return result
}
