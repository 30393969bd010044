import type { Turn } from '../../turns'
import { BLOCK, timesOf } from './block-times'
import type { EventIndex } from './event-index'
import type { HashedColumn } from './event-keys'
import { firstPlaces, type Place } from './places'

/** An event must have one of these hashes in this column. */
export interface Condition {
  column: HashedColumn
  anyOf: readonly number[]
}

/** A span is a generation as far as a query looks at it: later appends are not for this page. */
export interface Span {
  base: number
  index: EventIndex
  count: number
  /** Tells when the last event of a block was stored, ms since 1970. */
  storedBy(block: number, count: number): number
}

export interface Search {
  conditions: readonly Condition[]
  /** The times are in ms since 1970; `from` is inclusive, `to` exclusive. */
  from: number
  to: number
  /** Blocks that were stored before then hold nothing that is asked for. */
  storedFrom: number
  wanted: number
  after: Place | undefined
}

interface Block extends Span {
  first: number
  end: number
  maxTime: number
}

/** Finds the first places whose hashes and times fit, over all spans, in slices of the thread. */
export async function newestPlaces(
  spans: readonly Span[],
  search: Search,
  turn: Turn,
): Promise<Place[]> {
  const { from, to, storedFrom, wanted, after } = search
  const places = firstPlaces(wanted, after)
  const latest = Math.min(to, after?.[0] ?? Number.POSITIVE_INFINITY)
  const waiting = spans
    .filter(({ index }) => index.maxTime >= from && index.minTime <= latest)
    .sort((a, b) => a.index.maxTime - b.index.maxTime)
  /** Holds the blocks of each span that was opened, the latest last. */
  const opened: Block[][] = []

  for (;;) {
    let newest = newestOf(opened)
    // A span that is not opened yet may hold something later.
    while (waiting.length > 0 && waiting.at(-1)!.index.maxTime >= newest.time) {
      const span = waiting.pop()!
      if (span.index.maxTime < places.earliest()) break
      if (mayHold(span.index, 0, span.count, search.conditions)) {
        opened.push(await blocksOf(span, { from, latest, storedFrom }, turn))
      }
      newest = newestOf(opened)
      if (turn.isOver()) await turn.next()
    }
    const block = newest.blocks?.pop()
    if (block === undefined || block.maxTime < places.earliest()) break
    look(block, search, places.offer)
    if (turn.isOver()) await turn.next()
  }
  return places.inOrder()
}

function newestOf(opened: readonly Block[][]) {
  let newest: { blocks?: Block[]; time: number } = { time: Number.NEGATIVE_INFINITY }
  for (const blocks of opened) {
    const time = blocks.at(-1)?.maxTime
    if (time !== undefined && (time > newest.time || newest.blocks === undefined)) {
      newest = { blocks, time }
    }
  }
  return newest
}

async function blocksOf(
  span: Span,
  { from, latest, storedFrom }: Record<'from' | 'latest' | 'storedFrom', number>,
  turn: Turn,
): Promise<Block[]> {
  const blocks: Block[] = []
  for (let first = 0; first < span.count; first += BLOCK) {
    const [min, max] = timesOf(span.index, first / BLOCK, span.count)
    if (turn.isOver()) await turn.next()
    if (max < from || min > latest) continue
    if (span.storedBy(first / BLOCK, span.count) < storedFrom) continue
    const end = Math.min(first + BLOCK, span.count)
    blocks.push({ ...span, first, end, maxTime: Math.min(max, span.index.maxTime) })
  }
  // Blocks of equal times are looked at later first.
  return blocks.sort((a, b) => a.maxTime - b.maxTime || a.first - b.first)
}

/**
 * Tells whether every condition is met by something between two offsets. The engine's own search
 * goes through a column twice as fast as a loop does, and most blocks need nothing else.
 */
export function mayHold(
  { hashes }: EventIndex,
  first: number,
  end: number,
  all: readonly Condition[],
) {
  return all.every(({ column, anyOf }) => {
    const values = hashes[column].subarray(first, end)
    return anyOf.some((value) => values.includes(value))
  })
}

function look(
  { base, index, first, end }: Block,
  { conditions, from, to }: Search,
  offer: (time: number, position: number) => void,
) {
  if (!mayHold(index, first, end, conditions)) return
  const [leading, ...others] = conditions.map(({ column, anyOf }) => {
    const [a = 0, b = a] = anyOf
    return { values: index.hashes[column], a, b }
  })
  const { values, a, b } = leading!
  const { times } = index
  for (let offset = end - 1; offset >= first; offset--) {
    const value = values[offset]
    if (value !== a && value !== b) continue
    const time = times[offset]!
    if (time < from || time >= to) continue
    if (others.every((one) => holds(one, offset))) offer(time, base + offset)
  }
}

function holds({ values, a, b }: { values: Uint32Array; a: number; b: number }, offset: number) {
  const value = values[offset]
  return value === a || value === b
}
