import type { Finder } from '../../../event/statement'
import { MAX_BYTES_IN_VAIN, roomOf } from '../../shared/page-bytes'
import type { TokenSigner } from '../../shared/page-token'
import type {
  HeldStatement,
  StatementPage,
  StatementPageRequest,
  StatementQuery,
} from '../../statement-store'
import { FIRST, LAST, startOf } from '../events/place'
import { type Bases, heldOf, type StatementTable } from './bases'
import type { createBodies } from './body'
import { type Dimension, dimensionOf, isExact, partitionsOf } from './keys'
import type { Marks } from './marks'
import { type Entry, inOrder, MAX_EXAMINED } from './merge'

interface Source extends StatementTable {
  bodies: ReturnType<typeof createBodies>
  bases: Bases
  marks: Marks
  tokens: () => Promise<TokenSigner>
  now: number
}

/** A cursor says where the page ended, and up to which time, in ms, the first one could look. */
type Place = [after: string, through: number]

// The one that finds fewest comes first: an attempt has some dozens of statements, a learner some
// thousands, a course as many as all its learners, a verb as many as there are.
const rarest: readonly Dimension[] = [
  'registration',
  'agent',
  'activity',
  'relatedAgent',
  'relatedActivity',
  'verb',
  'all',
]

// A body has up to 300 KB, and its size is not known before it is read: the first turn reads 15 MB at
// most, each later one twice as many as long as they are small, up to what is read in parallel.
const FIRST_TURN = 50
const LONGEST_TURN = 200
const TURN_BYTES = 16 * 1024 * 1024

export async function queryStatements(
  source: Source,
  tenantId: string,
  query: StatementQuery,
  page: StatementPageRequest,
): Promise<StatementPage> {
  const { tokens, bases, bodies, now } = source
  const question = questionOf(tenantId, query)
  const { next, through, top } = await begin(source, tenantId, query, page, question)
  const consistentThrough = new Date(through).toISOString()
  const room = roomOf(page)
  const statements: HeldStatement[] = []
  let after: string | undefined
  let lookedAt = 0
  let bytesInVain = 0
  let turn = Math.min(page.limit + 1, FIRST_TURN)

  async function endAt(order: string): Promise<StatementPage> {
    const place: Place = [order, top]
    const nextCursor = (await tokens()).issue(place, question)
    return { statements, nextCursor, consistentThrough }
  }

  while (lookedAt < MAX_EXAMINED && bytesInVain < MAX_BYTES_IN_VAIN) {
    const { entries, isEnd, reached } = await next(turn)
    const ids = entries.map(({ statementId }) => statementId)
    const { packed, named } = await bases.readPacked(tenantId, ids)
    let bytes = 0
    for (const entry of entries) {
      // It may be that nothing of what follows fits, and the next page is empty.
      if (room.isFull()) return endAt(after!)
      const item = packed.get(entry.statementId)
      bytes += item?.b?.B?.length ?? 0
      const base = item && (await bodies.toBase(item))
      if (base !== undefined) {
        const held = heldOf(base, named.has(base.statementId))
        const isWanted =
          !held.isVoided &&
          Date.parse(base.expiresAt) > now &&
          (!entry.isVague || (await isFound(source, tenantId, query.finders, entry)))
        const size = Buffer.byteLength(held.json)
        if (!isWanted) bytesInVain += size
        else if (room.take(size)) statements.push(held)
        else return endAt(after!)
      }
      after = entry.order
    }
    if (isEnd) return { statements, consistentThrough }
    if (reached !== undefined) return endAt(reached)
    lookedAt += entries.length
    const affordable = Math.floor((TURN_BYTES * entries.length) / Math.max(bytes, 1))
    turn = Math.max(1, Math.min(turn * 2, LONGEST_TURN, affordable))
  }
  return endAt(after!)
}

/** Opens the search where its page begins. `top` is the time up to which all of its pages look. */
async function begin(
  source: Source,
  tenantId: string,
  query: StatementQuery,
  { cursor }: StatementPageRequest,
  question: string,
) {
  const { marks } = source
  const { ascending, finders } = query
  const since = query.since === undefined ? FIRST : startOf(later(query.since))
  const until = query.until === undefined ? Number.POSITIVE_INFINITY : Date.parse(query.until)
  const [chosen, ...others] = finders.toSorted(
    (a, b) => rarest.indexOf(dimensionOf(a)) - rarest.indexOf(dimensionOf(b)),
  )
  const isCovered = chosen !== undefined && isExact(chosen)
  const filter = isCovered || chosen === undefined ? others : finders
  const partitions = partitionsOf(tenantId, chosen)

  /** @param top the last millisecond that is looked at */
  function search(top: number, after?: string): Next {
    const last = top === Number.POSITIVE_INFINITY ? LAST : startOf(isoOf(top + 1))
    const [from, before] = ascending ? [after ?? since, last] : [since, after ?? last]
    if (from >= before) return async () => ({ entries: [], isEnd: true })
    return inOrder(source, { partitions, from, before, ascending, filter })
  }

  if (cursor !== undefined) {
    const [after, top] = (await source.tokens()).read<Place>(cursor, question)
    const through = Math.max(top, await marks.through(tenantId))
    return { next: search(top, after), through, top }
  }
  const early = await marks.through(tenantId)
  if (until <= early) return { next: search(until), through: early, top: until }
  if (!ascending) {
    // As a rule nothing was stored in the last moments, and nobody need wait for them to pass.
    const next = search(until)
    const newest = await next(1)
    const [first] = newest.entries
    if (first === undefined || first.order < startOf(isoOf(early + 1))) {
      return { next: withFirst(newest, next), through: early, top: Math.min(early, until) }
    }
  }
  const late = await marks.settled(tenantId)
  const top = Math.min(late, until)
  return { next: search(top), through: late, top }
}

type Next = ReturnType<typeof inOrder>

/** Gives what was read already together with what follows. */
function withFirst(read: Awaited<ReturnType<Next>>, next: Next): Next {
  let first: typeof read | undefined = read
  return async function again(wanted) {
    if (first === undefined) return next(wanted)
    const { entries, ...rest } = first
    first = undefined
    if (rest.isEnd || rest.reached !== undefined || wanted === entries.length) {
      return { entries, ...rest }
    }
    const more = await next(wanted - entries.length)
    return { ...more, entries: [...entries, ...more.entries] }
  }
}

async function isFound(
  { bases }: Source,
  tenantId: string,
  wanted: readonly Finder[],
  { statementId }: Entry,
): Promise<boolean> {
  const found = await bases.read(tenantId, [statementId])
  const finders = (await bases.reach(tenantId, [...found.values()])).get(statementId) ?? []
  return wanted.every(({ by, value }) =>
    finders.some((one) => one.by === by && one.value === value),
  )
}

function questionOf(
  tenantId: string,
  { finders, since, until, ascending }: StatementQuery,
): string {
  const asked = finders.map(({ by, value }) => [by, value])
  return JSON.stringify(['statements', tenantId, asked, since ?? '', until ?? '', ascending])
}

function later(time: string): string {
  return isoOf(Date.parse(time) + 1)
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString()
}
