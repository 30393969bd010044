import { hintOf } from '../../event/person-id'
import { SELECT_RECORDS } from '../../query/lake-records'
import { sqlText } from '../../syntax/sql'

/**
 * Writes a condition that holds for every row of a person, and for some others: an id is found as its actor or
 * member, or in the text of the item. A text may write any character as an escape; those with one are looked at.
 */
function mayBeTheirs(actorIds: readonly string[]): string {
  const ids = actorIds.map(sqlText).join(', ')
  const text = `replace(coalesce(raw_exact, raw), '\\/', '/')`
  const hints = new Set(actorIds.flatMap((id) => [hintOf(id), escaped(hintOf(id))]))
  const holds = [...hints].map((hint) => `strpos(${text}, ${sqlText(hint)}) > 0`)
  const any = [`actor_id IN (${ids})`, `member_id IN (${ids})`, ...holds, `strpos(raw, '\\u') > 0`]
  return `(${any.join(' OR ')})`
}

/** Writes a text as it stands between the quotes of JSON, where it has to be escaped. */
function escaped(text: string): string {
  return JSON.stringify(text.toWellFormed()).slice(1, -1)
}

interface Until {
  actorIds: readonly string[]
  /** Only what arrived before then, ISO 8601 UTC. */
  upTo: string
}

const timeOf = (iso: string) =>
  `CAST('${iso.replace('T', ' ').replace('Z', ' UTC')}' AS timestamp with time zone)`

/** Asks on which days something arrived that may be the person's, and how much. */
export function theirDays({ actorIds, upTo }: Until): string {
  return `SELECT day, count(*) AS rows FROM events
    WHERE received_at < ${timeOf(upTo)} AND ${mayBeTheirs(actorIds)} GROUP BY day ORDER BY day`
}

/** Asks for what may be the person's of some days, in the order of arrival, after an event. */
export function theirRows(
  { actorIds, upTo }: Until,
  of: {
    from: string
    to: string
    after?: { receivedAt: string; eventId: string } | undefined
    limit: number
  },
): string {
  const { from, to, after, limit } = of
  const at = after && timeOf(after.receivedAt)
  const later =
    after === undefined
      ? ''
      : ` AND (received_at > ${at} OR (received_at = ${at} AND event_id > ${sqlText(after.eventId)}))`
  return `${SELECT_RECORDS} WHERE day BETWEEN ${sqlText(from)} AND ${sqlText(to)}
    AND received_at < ${timeOf(upTo)}${later} AND ${mayBeTheirs(actorIds)}
    ORDER BY received_at, event_id LIMIT ${limit}`
}
