import type { DuckDBConnection } from '@duckdb/node-api'
import { personId } from '../../../../event/person-sql'
import { offsetsOf } from '../../../../syntax/zone-offsets'
import { QUARTER_MS } from '../../../aggregates'
import { filledColumns, isSent } from '../../../shared/events-view'
import { duckTypes, literal } from '../../parquet/duck'
import { valuesOf } from '../../settle/jobs/sql'

/** The columns of the lake that are looked at. */
const used = {
  kind: 'string',
  tenant_id: 'string',
  source_id: 'string',
  type: 'string',
  action: 'string',
  common_action: 'string',
  course_id: 'string',
  group_id: 'string',
  actor_id: 'string',
  actor_type: 'string',
  ed_app_id: 'string',
  event_time: 'timestamp',
  received_at: 'timestamp',
  occurred_at: 'timestamp',
  sample_rate: 'double',
} as const

/** Dimensions from 1 on, as `dimensions` lists them, each by SQL over a row of the lake. */
const dimensionSql = [
  'type',
  'coalesce(common_action, action)',
  'coalesce(course_id, group_id)',
  'source_id',
]
/** Columns of labels have these names, in the order of dimensions. */
export const labelNames = dimensionSql.map((_, n) => `d${n + 1}`)

/** A dimension with more values than that in a file is not kept of it: the lake answers then. */
export const MOST_LABELS = 20_000

export interface Seen {
  /** Tenants of the files, by the number that `events` gives them. */
  tenants: { id: number; name: string }[]
  labels: { id: number; tenant: number; dimension: number; name: string }[]
  /** Dimensions that have too many values, by numbers of the tenant and the dimension. */
  overfull: { tenant: number; dimension: number }[]
  /** Digests of people, in the order of the numbers that `events` gives them, from 0 on. */
  digests: bigint[]
}

/**
 * Reads what the aggregates need of some files into the view `events`, with numbers for texts: `file` (its place
 * in the list), `tenant`, `quarter` (of an hour, since 1970, UTC), `day` (since 1970, in the tenant's
 * zone), `rate`, `mix` and `person`. The view `mixes` says which labels, `d1` to `d4`, a mix is of: most events
 * share theirs with others, and to number the four together takes half of what each by itself does.
 * @param key digests of people are made under it, hexadecimal
 */
export async function seeEvents(
  connection: DuckDBConnection,
  {
    files,
    zones,
    key,
  }: { files: readonly string[]; zones: Readonly<Record<string, string>>; key: string },
): Promise<Seen> {
  const typed = Object.entries(used).map(([name, type]) => `NULL::${duckTypes[type]} AS ${name}`)
  const names = Object.keys(used).map(literal).join(', ')
  const numbered = files.map((file, n) => `(${literal(file)}, ${n})`).join(', ')
  await connection.run(`CREATE OR REPLACE TEMP TABLE seen AS
    SELECT numbered.n::INTEGER AS file, tenant_id,
      floor(epoch_ms(${filledColumns.occurred_at}) / ${QUARTER_MS}.0)::INTEGER AS quarter,
      coalesce(sample_rate, 1.0) AS rate, ${personId} AS person,
      ${dimensionSql.map((sql, n) => `${sql} AS ${labelNames[n]}`).join(', ')}
    FROM (SELECT ${typed.join(', ')}, NULL::VARCHAR AS filename WHERE false UNION ALL BY NAME
      SELECT COLUMNS(lambda name: name IN (${names}, 'filename'))
      FROM read_parquet([${files.map(literal).join(', ')}],
        union_by_name = true, filename = true, hive_partitioning = false)) AS lake
    JOIN (VALUES ${numbered}) AS numbered (path, n) ON numbered.path = filename
    WHERE kind = 'event' AND tenant_id IS NOT NULL AND ${isSent}`)
  await numberTexts(connection, key)
  const tenants = (await valuesOf(connection, 'SELECT id, name FROM tenants ORDER BY id')).map(
    ([id, name]) => ({ id: Number(id), name: String(name) }),
  )
  const offset = await offsetSql(connection, tenants, zones)
  await connection.run(`CREATE OR REPLACE TEMP VIEW events AS
    SELECT file, mixed.tenant, quarter, rate,
      floor((quarter * 15 + ${offset}) / 1440.0)::INTEGER AS day, mixed.id AS mix, persons.id AS person
    FROM seen JOIN mixed ON mixed.tenant_id = seen.tenant_id
      AND ${labelNames.map((name) => `mixed.${name} IS NOT DISTINCT FROM seen.${name}`).join(' AND ')}
    LEFT JOIN persons ON persons.tenant_id = seen.tenant_id AND persons.person = seen.person`)
  const tooMany = `SELECT tenant, dimension FROM labels GROUP BY ALL HAVING count(*) > ${MOST_LABELS}`
  const overfull = await valuesOf(connection, tooMany)
  const labels = await valuesOf(
    connection,
    `SELECT id, tenant, dimension, name FROM labels WHERE (tenant, dimension) NOT IN (${tooMany})`,
  )
  return {
    tenants,
    labels: labels.map(([id, tenant, dimension, name]) => ({
      ...{ id: Number(id), tenant: Number(tenant), dimension: Number(dimension) },
      name: String(name),
    })),
    overfull: overfull.map(([tenant, dimension]) => ({
      ...{ tenant: Number(tenant), dimension: Number(dimension) },
    })),
    digests: await digestsIn(connection),
  }
}

/** Numbers are dense: those of labels from 1 on, of all others from 0 on. */
async function numberTexts(connection: DuckDBConnection, key: string) {
  await connection.run(`CREATE OR REPLACE TEMP TABLE tenants AS
    SELECT (row_number() OVER () - 1)::INTEGER AS id, tenant_id AS name
    FROM (SELECT DISTINCT tenant_id FROM seen)`)
  await connection.run(`CREATE OR REPLACE TEMP TABLE mixed AS
    SELECT (row_number() OVER () - 1)::INTEGER AS id, tenants.id AS tenant, one.*
    FROM (SELECT DISTINCT tenant_id, ${labelNames.join(', ')} FROM seen) AS one
    JOIN tenants ON tenants.name = tenant_id`)
  const each = labelNames.map(
    (name, n) => `SELECT DISTINCT tenant, ${n + 1} AS dimension, ${name} AS name FROM mixed
      WHERE ${name} IS NOT NULL`,
  )
  await connection.run(`CREATE OR REPLACE TEMP TABLE labels AS
    SELECT (row_number() OVER ())::INTEGER AS id, tenant, dimension::INTEGER AS dimension, name
    FROM (${each.join(' UNION ALL ')})`)
  const labels = labelNames.map((name, n) => `coalesce(l${n + 1}.id, 0)::INTEGER AS ${name}`)
  const joined = labelNames.map(
    (name, n) => `LEFT JOIN labels AS l${n + 1} ON l${n + 1}.dimension = ${n + 1}
      AND l${n + 1}.tenant = mixed.tenant AND l${n + 1}.name = mixed.${name}`,
  )
  await connection.run(`CREATE OR REPLACE TEMP VIEW mixes AS
    SELECT mixed.id, ${labels.join(', ')} FROM mixed ${joined.join(' ')}`)
  // No id of a tenant has the character between it and the person's.
  await connection.run(`CREATE OR REPLACE TEMP TABLE persons AS
    SELECT (row_number() OVER () - 1)::INTEGER AS id, tenant_id, person,
      md5_number_lower(${literal(key)} || tenant_id || chr(0) || person) AS digest
    FROM (SELECT DISTINCT tenant_id, person FROM seen WHERE person IS NOT NULL)`)
}

async function digestsIn(connection: DuckDBConnection): Promise<bigint[]> {
  const digests: bigint[] = []
  const found = await connection.stream('SELECT id, digest FROM persons')
  for await (const chunk of found) {
    const [ids, own] = [chunk.getColumnVector(0), chunk.getColumnVector(1)]
    for (let row = 0; row < chunk.rowCount; row += 1) {
      digests[ids.getItem(row) as number] = own.getItem(row) as bigint
    }
  }
  return digests
}

/** Writes how many minutes clocks of a row's tenant are ahead of UTC. */
async function offsetSql(
  connection: DuckDBConnection,
  tenants: Seen['tenants'],
  zones: Readonly<Record<string, string>>,
): Promise<string> {
  const byZone = Map.groupBy(
    tenants.filter(({ name }) => (zones[name] ?? 'UTC') !== 'UTC'),
    ({ name }) => zones[name]!,
  )
  if (byZone.size === 0) return '0'
  const [[first, last] = []] = await valuesOf(
    connection,
    'SELECT min(quarter), max(quarter) FROM seen',
  )
  // Questions are of 1980 and later; what happened before is counted by the offset of then.
  const from = Math.max(Number(first) * QUARTER_MS, EARLIEST_MS)
  const to = Math.max((Number(last) + 1) * QUARTER_MS, from + 1)
  const cases = [...byZone].map(([zone, its]) => {
    const [begin, ...changes] = offsetsOf(zone, from, to)
    const later = changes
      .toReversed()
      .map(({ from: at, minutes }) => `WHEN quarter >= ${at / QUARTER_MS} THEN ${minutes}`)
    const minutes =
      later.length === 0
        ? `${begin!.minutes}`
        : `CASE ${later.join(' ')} ELSE ${begin!.minutes} END`
    return `WHEN mixed.tenant IN (${its.map(({ id }) => id).join(', ')}) THEN ${minutes}`
  })
  return `CASE ${cases.join(' ')} ELSE 0 END`
}

const EARLIEST_MS = Date.parse('1980-01-01T00:00:00Z')
