import { personId } from '../../query/sql/people'

/** A step is called by one of these. */
export const stepKinds = ['action', 'type', 'object', 'objectType'] as const
export type StepKind = (typeof stepKinds)[number]

/** A path is within a session, or goes on from session to session of one person. */
export const scopes = ['session', 'person'] as const
export type Scope = (typeof scopes)[number]

export interface VisitsAsked {
  of: StepKind
  per: Scope
  /** A longer pause than this ends a session that has no id, minutes. */
  gap: number
  /** If false, no step is called by an id of a person. */
  seesPeople: boolean
}

const MINUTE_MS = 60_000

const names: Record<StepKind, string> = {
  action: 'coalesce(common_action, action, type)',
  type: 'type',
  object: 'object_id',
  objectType: 'object_type',
}

// Whoever's profile was looked at is a person, too.
const WITHOUT_PEOPLE = `CASE
      WHEN object_type IN ('Person', 'Agent', 'Group') THEN object_type
      ELSE object_id
    END`

/**
 * Writes the first of the expressions of a query (`WITH …`), for DuckDB and Trino. The last of them, `visits`, has
 * a row for each event: its step, and by tenant_id, who, session_id and visit the session that it is in.
 * Whoever is unknown in a session is who else is known there, if that is one person; if nobody is, the
 * session itself stands for them.
 */
export function visitsSql({ of, per, gap, seesPeople }: VisitsAsked): string {
  const name = of === 'object' && !seesPeople ? WITHOUT_PEOPLE : names[of]
  const session = per === 'session' ? 'session_id' : 'CAST(NULL AS varchar)'
  const begins =
    per === 'session'
      ? `CASE
      WHEN session_id IS NOT NULL THEN 0
      WHEN date_diff('millisecond', lag(occurred_at) OVER (
        PARTITION BY tenant_id, who, session_id ORDER BY ${order}), occurred_at) <= ${gap * MINUTE_MS}
      THEN 0 ELSE 1 END`
      : '0'
  return `WITH chosen AS (
  SELECT tenant_id, event_id, occurred_at, coalesce(sequence, 0) AS sequence, session_id,
    coalesce(sample_rate, 1e0) AS rate,
    ${personId} AS person_id,
    ${name} AS step
  FROM events
  WHERE kind = 'event'
),
known AS (
  SELECT tenant_id, event_id, occurred_at, sequence, rate, step,
    ${session} AS session_id,
    CASE WHEN session_id IS NULL THEN person_id ELSE coalesce(
      person_id,
      CASE WHEN min(person_id) OVER (PARTITION BY tenant_id, session_id)
          = max(person_id) OVER (PARTITION BY tenant_id, session_id)
        THEN max(person_id) OVER (PARTITION BY tenant_id, session_id) END,
      session_id
    ) END AS who
  FROM chosen
),
begun AS (
  SELECT *, ${begins} AS begins
  FROM known
  WHERE who IS NOT NULL
),
visits AS (
  SELECT tenant_id, event_id, occurred_at, sequence, rate, step, who, session_id,
    sum(begins) OVER (
      PARTITION BY tenant_id, who, session_id ORDER BY ${order}
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS visit
  FROM begun
)`
}

/** Writes the order of events within a session: by time, then by the sender's counter. */
export const order = 'occurred_at, sequence, event_id'

/** Writes what tells sessions apart. */
export const oneVisit = 'tenant_id, who, session_id, visit'

/** Writes how many people there are, in however many tenants. */
export const people = `count(DISTINCT tenant_id || ' ' || who)`
