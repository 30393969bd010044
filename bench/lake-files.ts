import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { columns } from '../src/event/columns'
import { PARQUET } from '../src/platform/local/parquet/copy-statement'
import { duckTypes, literal } from '../src/platform/local/parquet/duck'

/** A landed day has so many files of so many events. */
export interface Day {
  day: string
  files: number
  rows: number
}

// A school of 30,000 learners and 1,000 courses, of which a learner takes five. A learner works in
// sittings of some twenty events in a course: so events come, and by that DuckDB packs them.
const SITTING = 20
const known: Record<string, string> = {
  kind: `'event'`,
  tenant_id: `CASE WHEN a % 10 = 0 THEN 'small' ELSE 'default' END`,
  source_id: `'lms'`,
  event_id: `'urn:uuid:' || u`,
  standard: `'caliper'`,
  standard_version: `'1.2'`,
  type: `['ViewEvent', 'NavigationEvent', 'GradeEvent', 'AssessmentItemEvent'][1 + i % 4]`,
  action: `['Viewed', 'NavigatedTo', 'Graded', 'Completed'][1 + i % 4]`,
  common_action: `['Viewed', 'NavigatedTo', 'Graded', 'Completed'][1 + i % 4]`,
  actor_id: `'https://example.edu/users/' || a`,
  actor_type: `'Person'`,
  actor_name: `'Learner ' || a`,
  object_id: `'https://example.edu/pages/' || (random() * 100000)::INT`,
  object_type: `'Page'`,
  object_name: `'Chapter ' || (random() * 100)::INT`,
  group_id: `'https://example.edu/courses/' || k`,
  course_id: `'https://example.edu/courses/' || k`,
  course_name: `'Course ' || k`,
  session_id: `'urn:session:' || s`,
  ed_app_id: `'https://example.edu/app'`,
  membership_roles: `['Learner']`,
  score: `CASE WHEN i % 4 = 2 THEN round(random() * 100) END`,
  max_score: `CASE WHEN i % 4 = 2 THEN 100.0 END`,
  event_time: 't',
  send_time: 't',
  received_at: `t + INTERVAL 1 SECOND`,
  occurred_at: 't',
  skew_ms: `(random() * 3000)::BIGINT`,
  category: `'learning'`,
  privacy_level: `'standard'`,
  conformant: 'true',
  issue_codes: '[]::VARCHAR[]',
  server_subject: `'key_1'`,
  server_ip: `'192.0.2.1'`,
  server_user_agent: `'agent/1'`,
  request_id: `'req-' || s`,
  raw: `'{"@context":"http://purl.imsglobal.org/ctx/caliper/v1p2","id":"urn:uuid:' || u ||
    '","type":"ViewEvent","actor":{"id":"https://example.edu/users/' || a ||
    '","type":"Person","name":"Learner ' || a || '"},"action":"Viewed","object":{"id":"https://example.edu/pages/' ||
    (random() * 100000)::INT || '","type":"Page","isPartOf":{"id":"https://example.edu/courses/' || k ||
    '/content","type":"CourseContent"}},"eventTime":"' || t::VARCHAR ||
    '","edApp":{"id":"https://example.edu/app","type":"SoftwareApplication"},"group":{"id":"https://example.edu/courses/' ||
    k || '","type":"CourseSection","courseNumber":"C-' || k || '","academicSession":"Fall 2026"},"membership":{"id":"https://example.edu/courses/' ||
    k || '/rosters/' || a || '","type":"Membership","member":"https://example.edu/users/' || a ||
    '","organization":"https://example.edu/courses/' || k || '","roles":["Learner"],"status":"Active"},"session":{"id":"urn:session:' ||
    s || '","type":"Session"},"extensions":{"trace":"' || uuid() || '"}}'`,
}

const selected = columns
  .filter(({ name }) => name !== 'retention_class')
  .map(({ name, type }) => `${known[name] ?? `NULL::${duckTypes[type]}`} AS ${name}`)
  .join(', ')

/** Writes a day as the archive would have landed it: a file a minute of a busy server, or fewer. */
export async function landDay(
  connection: DuckDBConnection,
  folder: string,
  { day, files, rows }: Day,
) {
  for (let file = 0; file < files; file += 1) {
    const hour = String(Math.floor((file * 24) / files)).padStart(2, '0')
    const place = join(folder, 'retention_class=standard', `day=${day}`, `hour=${hour}`)
    mkdirSync(place, { recursive: true })
    const begin = Math.round((file * 86_400_000) / files)
    await connection.run(`COPY (
      SELECT ${selected} FROM (
        SELECT *, (a * 7 + s % 5) % 1000 AS k FROM (
          SELECT range AS i, uuid()::VARCHAR AS u, s, (hash(s) % 30000)::BIGINT AS a,
            TIMESTAMPTZ '${day} 00:00:00Z' + (${begin} + range) * INTERVAL 1 MILLISECOND AS t
          FROM (SELECT range, ${Date.parse(day) / 1000} + ${file} // 5 * 1000 + (random() * ${Math.ceil((rows * 5) / SITTING)})::INT AS s
            FROM range(${rows}))))
    ) TO ${literal(join(place, `bench-${file * rows}-0-${rows}z.parquet`))} ${PARQUET}`)
  }
}
