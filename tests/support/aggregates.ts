import { type AggregateQuestion, type Aggregates, dimensions } from '../../src/platform/aggregates'
import { edgesOf } from '../../src/query/intervals'
import type { AskedLake } from './lake'

interface Asked extends Omit<AggregateQuestion, 'edges' | 'only'> {
  interval: 'hour' | 'day' | 'week' | 'all'
}

const values: Record<string, string> = {
  type: 'type',
  action: 'coalesce(common_action, action)',
  course: 'coalesce(course_id, group_id)',
  source: 'source_id',
}

// Software acts as well, and is nobody.
const PERSON = `CASE WHEN actor_type LIKE '%Software%' THEN NULL ELSE actor_id END`

export type LakeRow = [ms: number, rate: number, person: string | null, ...(string | null)[]]

/** Reads the events of a tenant of the lake, with all that they can be grouped by. */
export async function lakeRows(lake: AskedLake, tenantId: string): Promise<LakeRow[]> {
  const { rows } =
    await lake.query(`SELECT epoch_ms(occurred_at), coalesce(sample_rate, 1), ${PERSON},
      ${dimensions.map((name) => values[name]).join(', ')}
    FROM events WHERE kind = 'event' AND tenant_id = '${tenantId}'`)
  return rows as LakeRow[]
}

/** Answers one question by the aggregates, and by adding up rows of the lake one by one. */
export async function aggregatesAndLake(
  counted: Aggregates,
  rows: readonly LakeRow[],
  { interval, ...question }: Asked,
) {
  const { by, metric, timeZone } = question
  const [from, to] = [Date.parse('2025-10-01T00:00:00Z'), Date.parse('2026-11-20T00:00:00Z')]
  // Whole weeks of the zone.
  const weeks = edgesOf({ from, to, interval: 'week', timeZone }).slice(1, -1)
  const range = { from: weeks[0]!, to: weeks.at(-1)! }
  const edges = edgesOf({ ...range, interval, timeZone })
  const groups = await counted.count({ ...question, edges })
  const sums = new Map<string, { weight: number; people: Set<string> }>()
  for (const [ms, rate, person, ...labels] of rows) {
    const place = edges.findLastIndex((edge) => edge <= Number(ms))
    if (place < 0 || place >= edges.length - 1) continue
    const value = by === undefined ? null : labels[dimensions.indexOf(by)]
    const key = `${value} ${new Date(edges[place]!).toISOString()}`
    const sum = sums.get(key) ?? { weight: 0, people: new Set() }
    sums.set(key, sum)
    sum.weight += 1 / Number(rate)
    if (person !== null) sum.people.add(person)
  }
  const expected = [...sums].map(([key, { weight, people }]) => {
    const count = metric === 'actors' ? people.size : Math.round(Math.round(weight * 1e6) / 1e6)
    return `${key} ${count}`
  })
  const found = groups?.flatMap(({ value, counts }) =>
    counts.flatMap((count, place) =>
      count === 0 ? [] : [`${value} ${new Date(edges[place]!).toISOString()} ${count}`],
    ),
  )
  return { aggregates: found?.sort(), sql: expected.filter((one) => !one.endsWith(' 0')).sort() }
}
