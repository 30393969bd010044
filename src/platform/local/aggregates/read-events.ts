import { QUARTER_MS } from '../../aggregates'
import { QUARTERS_A_DAY } from './form'
import { NumberReader } from './numbers-in-bytes'
import { createTable, type FileQuestion, type Found } from './table'

interface CountsRow {
  day: number
  rate: number
  totals: Uint8Array
  quarters: Uint8Array
}

/** Counts events. Days that lie in one interval are read without their quarters. */
export async function countEvents(
  { db, tenant, dimension, only, edges }: FileQuestion,
  share: () => Promise<void>,
): Promise<Found | undefined> {
  const intervals = edges.length - 1
  /** Sums of each rate apart: whole numbers, whichever the order of adding. */
  const byRate = new Map<number, ReturnType<typeof createTable>>()
  const quarterEdges = edges.map((edge) => edge / QUARTER_MS)
  const [first, last] = [quarterEdges[0]!, quarterEdges.at(-1)!]
  let isTooMuch = false

  function add(rate: number, label: number, interval: number, count: number) {
    if (only !== undefined && label !== only) return
    let table = byRate.get(rate)
    if (table === undefined) {
      table = createTable(intervals)
      byRate.set(rate, table)
    }
    const row = table.of(label)
    if (row === undefined) isTooMuch = true
    else row[interval]! += count
  }

  function addAll(bytes: Uint8Array, rate: number, interval: number, sign: number) {
    const reader = new NumberReader(bytes)
    for (let label = 0; reader.hasMore(); ) {
      label += reader.next()
      add(rate, label, interval, sign * reader.next())
    }
  }

  const found = db
    .query<CountsRow, [number, number, number, number]>(
      `SELECT day, rate, totals, quarters FROM counts
       WHERE tenant = ? AND dimension = ? AND day BETWEEN ? AND ? ORDER BY day`,
    )
    .iterate(
      tenant,
      dimension,
      Math.floor(first / QUARTERS_A_DAY),
      Math.floor((last - 1) / QUARTERS_A_DAY),
    )
  for (const { day, rate, totals, quarters } of found) {
    await share()
    if (isTooMuch) return undefined
    const begin = day * QUARTERS_A_DAY
    const own = intervalsOf(quarterEdges, begin, begin + QUARTERS_A_DAY)
    if (own.length === 1 && own[0]!.from === 0 && own[0]!.to === QUARTERS_A_DAY) {
      addAll(totals, rate, own[0]!.interval, 1)
      continue
    }
    // A day that is cut by midnight of a zone has two sides: the shorter is read, and the rest is the other.
    const isWhole = own.length === 2 && own[0]!.from === 0 && own[1]!.to === QUARTERS_A_DAY
    const spared = isWhole ? (own[0]!.to < QUARTERS_A_DAY / 2 ? own[1]! : own[0]!) : undefined
    if (spared !== undefined) addAll(totals, rate, spared.interval, 1)
    const reader = new NumberReader(quarters)
    for (let at = 0; reader.hasMore(); ) {
      const quarter = reader.next()
      const length = reader.next()
      const end = reader.at + length
      while (at < own.length && own[at]!.to <= quarter) at += 1
      const part = own[at]
      if (part === undefined) break
      if (part === spared || quarter < part.from) {
        reader.at = end
        continue
      }
      for (let label = 0; reader.at < end; ) {
        label += reader.next()
        const count = reader.next()
        add(rate, label, part.interval, count)
        if (spared !== undefined) add(rate, label, spared.interval, -count)
      }
    }
  }
  return isTooMuch ? undefined : scaled(byRate, intervals)
}

interface Part {
  interval: number
  /** Quarters of the day, the last not among them. */
  from: number
  to: number
}

/** Finds which quarters of a day are in which interval. */
function intervalsOf(edges: readonly number[], begin: number, end: number): Part[] {
  // The first edge that is after the beginning ends the first interval.
  let [low, high] = [0, edges.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (edges[middle]! > begin) high = middle
    else low = middle + 1
  }
  const parts: Part[] = []
  for (let n = Math.max(low, 1); n < edges.length && edges[n - 1]! < end; n += 1) {
    const from = Math.max(edges[n - 1]!, begin) - begin
    parts.push({ interval: n - 1, from, to: Math.min(edges[n]!, end) - begin })
  }
  return parts
}

/** Adds up events of which a share is kept for as many as they stand for. */
function scaled(
  byRate: ReadonlyMap<number, ReturnType<typeof createTable>>,
  intervals: number,
): Found {
  const sums = new Map<number, number[]>()
  for (const [rate, { rows }] of [...byRate].sort(([a], [b]) => a - b)) {
    for (const [label, row] of rows) {
      let sum = sums.get(label)
      if (sum === undefined) {
        sum = new Array<number>(intervals).fill(0)
        sums.set(label, sum)
      }
      for (let n = 0; n < intervals; n += 1) sum[n]! += row[n]! / rate
    }
  }
  for (const sum of sums.values()) {
    for (let n = 0; n < intervals; n += 1) sum[n] = wholeOf(sum[n]!)
  }
  return sums
}

/** Rounds as `counted` in SQL does: the last bits of a sum are dropped first. */
function wholeOf(sum: number): number {
  return Math.round(Math.round(sum * 1e6) / 1e6)
}
