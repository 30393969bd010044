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

/** An event must have one of these hashes in one of these columns. */
export interface Alternative {
  columns: readonly HashedColumn[]
  anyOf: ReadonlySet<number>
}

/** An event must meet all of them. */
export interface Conditions {
  /** The first is the one that most events do not meet. */
  each: readonly Condition[]
  /** Each has alternatives, one of which must be met. */
  some: readonly (readonly Alternative[])[]
}

/** A span is a generation as far as a query looks at it: later appends are not for this page. */
export interface Span {
  base: number
  index: EventIndex
  count: number
  /** Tells whether a block was stored before anything that is asked for. */
  isTooOld(block: number, count: number): boolean
}

export interface Search {
  conditions: Conditions
  /** Places are found in this order of their times. */
  order: 'asc' | 'desc'
  /** The times are in ms since 1970; `from` is inclusive, `to` exclusive. */
  from: number
  to: number
  wanted: number
  after: Place | undefined
}

interface Block extends Span {
  first: number
  end: number
  /** No event of the block stands before this time in the order that is asked for, in which the larger is first. */
  foremost: number
}

/**
 * Finds the first places whose hashes and times fit, over all spans, in slices of the thread. Oldest first is newest first
 * with all signs turned.
 */
export async function firstPlacesIn(
  spans: readonly Span[],
  search: Search,
  turn: Turn,
): Promise<Place[]> {
  const { wanted, after, order } = search
  const sign = order === 'asc' ? -1 : 1
  const places = firstPlaces(wanted, after && [sign * after[0], sign * after[1]])
  const from = order === 'asc' ? Math.max(search.from, after?.[0] ?? search.from) : search.from
  const latest = order === 'asc' ? search.to : Math.min(search.to, after?.[0] ?? search.to)
  const foremostIn = ({ minTime, maxTime }: Pick<EventIndex, 'minTime' | 'maxTime'>) =>
    order === 'asc' ? -minTime : maxTime
  const waiting = spans
    .filter(({ index }) => index.maxTime >= from && index.minTime <= latest)
    .sort((a, b) => foremostIn(a.index) - foremostIn(b.index))
  /** Holds the blocks of each span that was opened, the latest last. */
  const opened: Block[][] = []

  for (;;) {
    let first = foremostOf(opened)
    // A span that is not opened yet may hold something that comes before.
    while (waiting.length > 0 && foremostIn(waiting.at(-1)!.index) >= first.time) {
      const span = waiting.pop()!
      if (foremostIn(span.index) < places.earliest()) break
      if (mayHold(span.index, 0, span.count, search.conditions)) {
        opened.push(await blocksOf(span, { from, latest, order }, turn))
      }
      first = foremostOf(opened)
      if (turn.isOver()) await turn.next()
    }
    const block = first.blocks?.pop()
    if (block === undefined || block.foremost < places.earliest()) break
    look(block, search, (time, position) => places.offer(sign * time, sign * position))
    if (turn.isOver()) await turn.next()
  }
  return places.inOrder().map(([time, position]) => [sign * time, sign * position])
}

function foremostOf(opened: readonly Block[][]) {
  let first: { blocks?: Block[]; time: number } = { time: Number.NEGATIVE_INFINITY }
  for (const blocks of opened) {
    const time = blocks.at(-1)?.foremost
    if (time !== undefined && (time > first.time || first.blocks === undefined)) {
      first = { blocks, time }
    }
  }
  return first
}

async function blocksOf(
  span: Span,
  { from, latest, order }: Record<'from' | 'latest', number> & Pick<Search, 'order'>,
  turn: Turn,
): Promise<Block[]> {
  const blocks: Block[] = []
  for (let first = 0; first < span.count; first += BLOCK) {
    const [min, max] = timesOf(span.index, first / BLOCK, span.count)
    if (turn.isOver()) await turn.next()
    if (max < from || min > latest) continue
    if (span.isTooOld(first / BLOCK, span.count)) continue
    const end = Math.min(first + BLOCK, span.count)
    const foremost =
      order === 'asc' ? -Math.max(min, span.index.minTime) : Math.min(max, span.index.maxTime)
    blocks.push({ ...span, first, end, foremost })
  }
  // The block whose places come first is looked at first, of blocks of equal times.
  const sign = order === 'asc' ? -1 : 1
  return blocks.sort((a, b) => a.foremost - b.foremost || sign * (a.first - b.first))
}

// The engine searches a column for a value in a microsecond; for more values, looking at each event is as fast.
const FEW_VALUES = 16

/**
 * Tells whether every condition is met by something between two offsets. The engine's own search
 * goes through a column three times as fast as a loop does, and most blocks need nothing else.
 */
function mayHold(index: EventIndex, first: number, end: number, { each, some }: Conditions) {
  const isThere = (condition: Condition) => soughtIn(index, condition, first, end) !== undefined
  return each.every(isThere) && mayMeet(index, first, end, some)
}

function mayMeet(
  { hashes }: EventIndex,
  first: number,
  end: number,
  some: Conditions['some'],
): boolean {
  const has = (column: HashedColumn, anyOf: ReadonlySet<number>) => {
    const values = hashes[column].subarray(first, end)
    for (const value of anyOf) if (values.includes(value)) return true
    return false
  }
  return some.every((alternatives) =>
    alternatives.some(
      ({ columns, anyOf }) =>
        anyOf.size > FEW_VALUES || columns.some((column) => has(column, anyOf)),
    ),
  )
}

function look(
  { base, index, first, end }: Block,
  { conditions, from, to }: Search,
  offer: (time: number, position: number) => void,
) {
  const offsets = offsetsIn(index, first, end, conditions)
  // Most blocks have nothing, and a column that is asked for is mapped.
  if (offsets.length === 0) return
  const { times } = index
  for (let at = 0; at < offsets.length; at++) {
    const offset = offsets[at]!
    const time = times[offset]!
    if (time >= from && time < to) offer(time, base + offset)
  }
}

/**
 * Finds what meets all conditions between two offsets, no more of them than a block has.
 * @returns their offsets, the latest first; they are good until the next call
 */
export function offsetsIn(
  index: EventIndex,
  first: number,
  end: number,
  conditions: Conditions,
): Int32Array {
  const none = found.subarray(0, 0)
  const sought: Sought[] = []
  for (const condition of conditions.each) {
    const one = soughtIn(index, condition, first, end)
    if (one === undefined) return none
    sought.push(one)
  }
  if (!mayMeet(index, first, end, conditions.some)) return none
  // The condition that is met for the first time last is met by the fewest, as a rule.
  const [rarest, ...others] = sought.sort((one, other) => other.from - one.from)
  let count = gather(rarest!, end)
  for (const other of others) if (count > 0) count = keep(other, count)
  for (const alternatives of conditions.some) count = keepSome(index, count, alternatives)
  return found.subarray(0, count)
}

/** A condition of signed numbers, which the engine compares five times as fast. */
interface Sought {
  values: Int32Array
  a: number
  b: number
  /** The first event that meets it has this offset. */
  from: number
}

/** Searches for a condition between two offsets. @returns undefined when nothing there meets it */
function soughtIn(
  { hashes }: EventIndex,
  { column, anyOf }: Condition,
  first: number,
  end: number,
): Sought | undefined {
  const { buffer, byteOffset, length } = hashes[column]
  const values = new Int32Array(buffer, byteOffset, length)
  const block = values.subarray(first, end)
  const [one = 0, other = one] = anyOf
  const [a, b] = [one | 0, other | 0]
  let at = block.indexOf(a)
  // Most have the first; the other counts if it comes before.
  if (a !== b) {
    const before = (at < 0 ? block : block.subarray(0, at)).indexOf(b)
    if (before >= 0) at = before
  }
  return at < 0 ? undefined : { values, a, b, from: first + at }
}

/** This has the offsets that were found in a block last. */
const found = new Int32Array(BLOCK)

// The engine's search goes from one of them to the next three times as fast as a loop, if they are rarer than this, and
// a third as fast where one in ten is meant; so many have to be seen to tell.
const RARE = 64
const SEEN = 16

/**
 * Gathers offsets, the latest first: most of what is behind them is no longer wanted then.
 * @returns how many there are
 */
function gather({ values, a, b, from }: Sought, end: number): number {
  const block = values.subarray(from, end)
  let count = 0
  let at = 0
  if (a === b) {
    while (at >= 0 && (count < SEEN || count * RARE < at)) {
      found[count++] = from + at
      at = block.indexOf(a, at + 1)
    }
  }
  if (at >= 0) {
    for (; at < block.length; at++) {
      const value = block[at]
      if (value === a || value === b) found[count++] = from + at
    }
  }
  found.subarray(0, count).reverse()
  return count
}

/** Keeps of the offsets those that meet one more condition. @returns how many are left */
function keep({ values, a, b }: Sought, count: number): number {
  let kept = 0
  for (let at = 0; at < count; at++) {
    const offset = found[at]!
    const value = values[offset]
    if (value === a || value === b) found[kept++] = offset
  }
  return kept
}

/** Does the same with a condition that has alternatives. */
function keepSome(
  { hashes }: EventIndex,
  count: number,
  alternatives: readonly Alternative[],
): number {
  const ways = alternatives.flatMap(({ columns, anyOf }) =>
    columns.map((column) => ({ values: hashes[column], anyOf })),
  )
  let kept = 0
  for (let at = 0; at < count; at++) {
    const offset = found[at]!
    for (let way = 0; way < ways.length; way++) {
      const { values, anyOf } = ways[way]!
      if (!anyOf.has(values[offset]!)) continue
      found[kept++] = offset
      break
    }
  }
  return kept
}
