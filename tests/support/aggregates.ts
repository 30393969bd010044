import type { AggregateQuestion, Aggregates } from '../../src/platform/aggregates'
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

/**
 * Answers one question by the aggregates, and by adding up rows of the lake one by one.
 */
export async function aggregatesAndLake(counted: Aggregates, lake: AskedLake, asked: Asked) {
  const { interval, ...question } = asked
  const { by, metric, tenantId, timeZone } = question
  const [from, to] = [Date.parse('2025-10-01T00:00:00Z'), Date.parse('2026-11-20T00:00:00Z')]
  // Whole weeks of the zone.
  const weeks = edgesOf({ from, to, interval: 'week', timeZone }).slice(1, -1)
  const range = { from: weeks[0]!, to: weeks.at(-1)! }
  const edges = edgesOf({ ...range, interval, timeZone })
  const groups = await counted.count({ ...question, edges })
  const { rows } =
    await lake.query(`SELECT epoch_ms(occurred_at), coalesce(sample_rate, 1), ${PERSON},
      ${by === undefined ? 'NULL' : values[by]}
    FROM events WHERE kind = 'event' AND tenant_id = '${tenantId}'`)
  const sums = new Map<string | null, Map<number, { weight: number; people: Set<string> }>>()
  for (const [ms, rate, person, value] of rows as [
    number,
    number,
    string | null,
    string | null,
  ][]) {
    const place = edges.findLastIndex((edge) => edge <= Number(ms))
    if (place < 0 || place >= edges.length - 1) continue
    const group = sums.get(value) ?? new Map()
    sums.set(value, group)
    const sum = group.get(place) ?? { weight: 0, people: new Set() }
    group.set(place, sum)
    sum.weight += 1 / Number(rate)
    if (person !== null) sum.people.add(person)
  }
  const expected = [...sums].flatMap(([value, group]) =>
    [...group].map(([place, { weight, people }]) => {
      const count = metric === 'actors' ? people.size : Math.round(Math.round(weight * 1e6) / 1e6)
      return `${value} ${new Date(edges[place]!).toISOString()} ${count}`
    }),
  )
  const found = groups?.flatMap(({ value, counts }) =>
    counts.flatMap((count, place) =>
      count === 0 ? [] : [`${value} ${new Date(edges[place]!).toISOString()} ${count}`],
    ),
  )
  return { aggregates: found?.sort(), sql: expected.filter((one) => !one.endsWith(' 0')).sort() }
}
