import type { Viewer } from '../../identity/viewer'
import { type Dimension, dimensions } from '../../platform/aggregates'
import type { ServingPlatform } from '../../platform/platform'
import { lakeCompleteTo } from '../../query/coverage'
import { offsetsOf } from '../../syntax/zone-offsets'
import type { Answered } from '../answer'
import { type AskNeeds, askAs } from '../ask'
import { USUAL_K, withoutFew } from '../suppress'
import { lakeQuestion } from './from-lake'
import { type MetricsQuestion, refused } from './question'
import { localIso } from './start'

export interface MetricsNeeds extends AskNeeds {
  platform: AskNeeds['platform'] & Pick<ServingPlatform, 'aggregates'>
}

export interface MetricsRow {
  /** When its interval began, with the offset of the zone. */
  start: string
  /** The value of the group; absent where nothing is grouped. */
  group?: string | null
  value: number
  /** That of the period before, where it was asked for and shown. */
  previous?: number
}

/** If it is truncated, there are more groups than `top`. */
export interface MetricsAnswer extends Answered {
  rows: MetricsRow[]
}

/** Numbers of a group, by interval. People are known where they decide what is shown. */
interface Group {
  value: string | null
  counts: readonly number[]
  people?: readonly number[] | undefined
}

// Some megabytes of JSON; an hour's number of a year is 8,784.
const MOST_ROWS = 50_000
// A door on AWS answers within half a minute.
const LIMITS = { ms: 25_000, rows: MOST_ROWS * 2 }

/**
 * Counts events, or the people in them, by interval and group: from what is kept of the lake where it tells
 * exactly, else from the lake itself.
 * @throws {AppError} `invalid_request` when the answer would have too many rows, and as `askAs`
 */
export async function answerMetrics(
  needs: MetricsNeeds,
  viewer: Viewer,
  question: MetricsQuestion,
  signal?: AbortSignal,
): Promise<MetricsAnswer> {
  const { edges, previous, groupBy, top } = question
  const completeTo = lakeCompleteTo(needs.platform, needs.clock.now())
  const found = await groupsIn(edges)
  const groups = found.slice(0, top)
  const before = previous && (await groupsIn(previous, groupBy && groups.map(({ value }) => value)))
  const byValue = new Map(before?.map((group) => [group.value, group]))
  const cells = groups.flatMap((group) => cellsOf(group, byValue.get(group.value)))
  if (cells.length > MOST_ROWS) {
    const rule = `would give more than ${MOST_ROWS} rows: ask for fewer groups by \`top\`, a longer interval, or a shorter span`
    throw refused('interval', rule, 'too_many_rows')
  }
  const { rows: shown, suppressed } = viewer.seesPeople
    ? { rows: cells, suppressed: 0 }
    : withoutFew(cells)
  const startOf = startsOf(question)
  const rows = shown
    .sort((a, b) => a.place - b.place)
    .map(({ place, group, value, previous: one }): MetricsRow => {
      const compared = one === undefined ? {} : { previous: one }
      return { start: startOf(place), ...(groupBy && { group }), value, ...compared }
    })
  return {
    rows,
    ...question.span,
    truncated: found.length > top,
    ...(!viewer.seesPeople && { suppressed }),
    ...(completeTo !== undefined && { completeTo }),
  }

  /** Finds groups, those with the greatest sums first, one more than are shown at most. */
  async function groupsIn(
    its: readonly number[],
    only?: readonly (string | null)[],
  ): Promise<Group[]> {
    const kept = await fromAggregates(needs, viewer, question, its)
    const all = kept ?? (await fromLake(needs, viewer, question, { edges: its, only, signal }))
    if (groupBy === undefined && all.length === 0) {
      return [{ value: null, counts: its.slice(1).map(() => 0), people: its.slice(1).map(() => 0) }]
    }
    const own = only === undefined ? all : all.filter(({ value }) => only.includes(value))
    const sums = new Map(own.map((one) => [one, one.counts.reduce((sum, n) => sum + n, 0)]))
    const compare = (a: Group, b: Group) =>
      sums.get(b)! - sums.get(a)! || (`${a.value}` < `${b.value}` ? -1 : 1)
    const some = groupBy === undefined ? own : own.filter((one) => sums.get(one)! > 0)
    return some.sort(compare).slice(0, top + 1)
  }

  function cellsOf(group: Group, its: Group | undefined) {
    const isCompared = previous !== undefined
    return group.counts.flatMap((value, place) => {
      const hasBefore = isCompared && place < previous.length - 1
      const one = hasBefore ? (its?.counts[place] ?? 0) : undefined
      // A series without groups has a row for each interval: nothing happened is an answer, too.
      if (groupBy !== undefined && value === 0 && (one ?? 0) === 0) return []
      const peopleBefore = its?.people?.[place] ?? 0
      const isFew = !viewer.seesPeople && peopleBefore > 0 && peopleBefore < USUAL_K
      return [
        {
          ...{ place, group: group.value, value, people: group.people?.[place] ?? 0 },
          previous: isFew ? undefined : one,
        },
      ]
    })
  }
}

/** @returns undefined where the lake has to be asked */
async function fromAggregates(
  { platform, hidden }: MetricsNeeds,
  { tenantId, visibility, seesPeople }: Viewer,
  { metric, groupBy, filters, span: { timeZone } }: MetricsQuestion,
  edges: readonly number[],
): Promise<Group[] | undefined> {
  const { aggregates } = platform
  // Sums of all tell nothing of some groups, nor how many people a number is about.
  if (aggregates === undefined || visibility.kind !== 'tenant' || !seesPeople) return undefined
  const given = Object.keys(filters)
  const [by = groupBy] = given
  const isKept = by === undefined || dimensions.some((one) => one === by)
  const isOne = given.length === 0 || (given.length === 1 && (groupBy ?? by) === by)
  if (!isKept || !isOne || (await hidden.before(tenantId)) !== undefined) return undefined
  const asked = { tenantId, metric, edges, timeZone, by: by as Dimension | undefined }
  const only = given.length === 0 ? undefined : Object.values(filters)[0]
  const groups = await aggregates.count({ ...asked, only })
  // Events of one value, with nothing to group them by, are one series.
  return groupBy === undefined
    ? groups?.map((group) => ({ ...group, value: null }))
    : groups?.slice()
}

async function fromLake(
  needs: MetricsNeeds,
  viewer: Viewer,
  question: MetricsQuestion,
  {
    edges,
    only,
    signal,
  }: {
    edges: readonly number[]
    only?: readonly (string | null)[] | undefined
    signal?: AbortSignal | undefined
  },
): Promise<Group[]> {
  const { sql, placeOf } = lakeQuestion(question, edges, { only })
  const { rows } = await askAs(needs, viewer, { sql, limits: LIMITS, signal })
  const groups = new Map<string | null, { counts: number[]; people: number[] }>()
  for (const [key, value, events, people] of rows) {
    const place = placeOf(key)
    if (place === undefined) continue
    const name = value === null ? null : String(value)
    let group = groups.get(name)
    if (group === undefined) {
      const none = () => new Array<number>(edges.length - 1).fill(0)
      group = { counts: none(), people: none() }
      groups.set(name, group)
    }
    group.people[place] = Number(people)
    group.counts[place] = Number(question.metric === 'events' ? events : people)
  }
  return [...groups].map(([value, group]) => ({ value, ...group }))
}

function startsOf({ edges, span: { timeZone } }: MetricsQuestion): (place: number) => string {
  const offsets = offsetsOf(timeZone, edges[0]!, edges.at(-1)!)
  const known = new Map<number, string>()
  return (place) => {
    let start = known.get(place)
    if (start === undefined) {
      const ms = edges[place]!
      start = localIso(ms, offsets.findLast(({ from }) => from <= ms)!.minutes)
      known.set(place, start)
    }
    return start
  }
}
